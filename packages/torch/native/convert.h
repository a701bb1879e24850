// JavaScript values <-> IValues, steered by the type that the operator's own schema states.
#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <node_api.h>

namespace bridge {

/** Converts one JS value to what `argument` asks for; undefined takes the argument's default. */
c10::IValue toIValue(napi_env env, napi_value value, const c10::Argument& argument);

/** Tensors become handles, lists arrays, numbers numbers, absent values null. */
napi_value toJs(napi_env env, const c10::IValue& value);

/** "float32", "bfloat16", ... -> the library's scalar type; throws on an unknown name. */
at::ScalarType scalarTypeOf(const std::string& name);
/** The library's scalar type -> "float32", "bfloat16", ... */
const char* nameOf(at::ScalarType type);

std::string toString(napi_env env, napi_value value);

}  // namespace bridge
