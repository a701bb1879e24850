// What a tensor is (shape, dtype, device), and its data in and out of JavaScript.
#include "tensor.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "convert.h"
#include "handle.h"

namespace bridge {
namespace {

template <size_t N>
void arguments(napi_env env, napi_callback_info info, napi_value (&values)[N]) {
  size_t count = N;
  check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
}

struct Bytes {
  const void* data;
  size_t length;
};

Bytes bytesOf(napi_env env, napi_value value) {
  bool isTyped = false;
  check(env, napi_is_typedarray(env, value, &isTyped));
  if (!isTyped) throw std::runtime_error("expected a typed array");
  napi_typedarray_type type;
  size_t length = 0;
  size_t offset = 0;
  void* data = nullptr;
  napi_value buffer;
  check(env, napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset));
  size_t width = 1;
  switch (type) {
    case napi_int16_array:
    case napi_uint16_array:
      width = 2;
      break;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      width = 4;
      break;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      width = 8;
      break;
    default:
      width = 1;
  }
  return {data, length * width};
}

std::vector<int64_t> shapeOf(napi_env env, napi_value array) {
  uint32_t rank = 0;
  check(env, napi_get_array_length(env, array, &rank));
  std::vector<int64_t> shape(rank);
  for (uint32_t i = 0; i < rank; ++i) {
    napi_value element;
    check(env, napi_get_element(env, array, i, &element));
    double length = 0;
    check(env, napi_get_value_double(env, element, &length));
    if (!(length >= 0 && length < 9007199254740992.0) || length != std::floor(length)) {
      throw std::runtime_error("a shape consists of integers from 0");
    }
    shape[i] = static_cast<int64_t>(length);
  }
  return shape;
}

// fromBytes(data: TypedArray, shape: number[], dtype: string): handle. The bytes are copied.
napi_value jsFromBytes(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[3];
    arguments(env, info, values);
    const Bytes bytes = bytesOf(env, values[0]);
    at::Tensor tensor = at::empty(shapeOf(env, values[1]), at::TensorOptions().dtype(scalarTypeOf(toString(env, values[2]))));
    if (tensor.nbytes() != bytes.length) {
      throw std::runtime_error("the shape needs " + std::to_string(tensor.nbytes()) + " bytes, the data has " +
                               std::to_string(bytes.length));
    }
    if (bytes.length != 0) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
    return putValue(env, std::move(tensor));
  });
}

// toBytes(handle): ArrayBuffer with the contiguous data of the tensor, row-major
napi_value jsToBytes(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    // A lazily negated or conjugated tensor is resolved: its memory holds other values.
    const at::Tensor tensor = get(env, values[0]).detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
    void* data = nullptr;
    napi_value result;
    check(env, napi_create_arraybuffer(env, tensor.nbytes(), &data, &result));
    if (tensor.nbytes() != 0) std::memcpy(data, tensor.data_ptr(), tensor.nbytes());
    return result;
  });
}

// shape(handle): number[]
napi_value jsShape(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    const auto sizes = get(env, values[0]).sizes();
    napi_value result;
    check(env, napi_create_array_with_length(env, sizes.size(), &result));
    for (uint32_t i = 0; i < sizes.size(); ++i) {
      napi_value size;
      check(env, napi_create_double(env, static_cast<double>(sizes[i]), &size));
      check(env, napi_set_element(env, result, i, size));
    }
    return result;
  });
}

napi_value jsDtype(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    napi_value result;
    check(env, napi_create_string_utf8(env, nameOf(get(env, values[0]).scalar_type()), NAPI_AUTO_LENGTH, &result));
    return result;
  });
}

napi_value jsDevice(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    const std::string name = get(env, values[0]).device().str();
    napi_value result;
    check(env, napi_create_string_utf8(env, name.data(), name.size(), &result));
    return result;
  });
}

// item(handle): number | boolean, of a tensor with one element
napi_value jsItem(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    return toJs(env, c10::IValue(get(env, values[0]).item()));
  });
}

}  // namespace

void registerTensor(napi_env env, napi_value exports) {
  define(env, exports, "fromBytes", jsFromBytes);
  define(env, exports, "toBytes", jsToBytes);
  define(env, exports, "shape", jsShape);
  define(env, exports, "dtype", jsDtype);
  define(env, exports, "device", jsDevice);
  define(env, exports, "item", jsItem);
}

}  // namespace bridge
