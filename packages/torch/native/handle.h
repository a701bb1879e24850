// Tensors cross to JavaScript as numbers: a slot in a table, plus the slot's generation.
// A stale or invented number is therefore an error message, never a wild pointer.
#pragma once

#include <ATen/ATen.h>
#include <node_api.h>

#include <stdexcept>
#include <string>

namespace bridge {

/** Gives the tensor a slot and returns its handle; reports the memory of new storage to the collector. */
double put(napi_env env, at::Tensor tensor);

/** The tensor behind a handle; throws StaleHandle when it was freed or never existed. */
const at::Tensor& get(napi_env env, napi_value handle);

/** Same as put, as a JS value; an undefined tensor becomes null. */
napi_value putValue(napi_env env, at::Tensor tensor);

/** The random generator behind a generator handle; 0 is the library's default CPU generator. */
at::Generator getGenerator(napi_env env, napi_value handle);

struct StaleHandle : std::runtime_error {
  StaleHandle() : std::runtime_error("DISPOSED") {}
};

/** Throws std::runtime_error when a Node-API call failed. */
void check(napi_env env, napi_status status);

void define(napi_env env, napi_value exports, const char* name, napi_callback callback);
void throwAsJavaScript(napi_env env);

/** Runs body and turns every C++ exception into a JavaScript one: nothing escapes into Node. */
template <class Body>
napi_value guard(napi_env env, Body&& body) {
  try {
    return body();
  } catch (...) {
    throwAsJavaScript(env);
    return nullptr;
  }
}

void registerHandles(napi_env env, napi_value exports);

}  // namespace bridge
