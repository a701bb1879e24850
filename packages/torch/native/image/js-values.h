// Reading JavaScript arguments. Each throws where the value is not what the name says; bridge::guard turns that into
// a JavaScript error.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <stdexcept>

#include "../handle.h"

namespace image {

using bridge::check;

inline napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  check(env, napi_get_named_property(env, object, name, &value));
  return value;
}

inline double number(napi_env env, napi_value value) {
  double result;
  check(env, napi_get_value_double(env, value, &result));
  return result;
}

inline int64_t integer(napi_env env, napi_value object, const char* name) {
  return static_cast<int64_t>(number(env, property(env, object, name)));
}

inline bool boolean(napi_env env, napi_value value) {
  bool result;
  check(env, napi_get_value_bool(env, value, &result));
  return result;
}

struct Bytes {
  const uint8_t* data;
  size_t length;
};

inline Bytes typedArray(napi_env env, napi_value value, napi_typedarray_type expected) {
  napi_typedarray_type type;
  size_t length;
  void* data;
  check(env, napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
  if (type != expected) throw std::invalid_argument("image: a typed array of another type was expected");
  return {static_cast<const uint8_t*>(data), length};
}

/** What createPool or createPipeline wrapped. */
template <class T>
T* external(napi_env env, napi_value value) {
  void* data = nullptr;
  check(env, napi_get_value_external(env, value, &data));
  return static_cast<T*>(data);
}

}  // namespace image
