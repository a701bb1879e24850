// Gradients: the tape is libtorch's; these are its handles. No JavaScript ever runs inside a backward pass,
// whose threads on CUDA are not Node's.
#include "autograd.h"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

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

napi_value boolean(napi_env env, bool value) {
  napi_value result;
  check(env, napi_get_boolean(env, value, &result));
  return result;
}

bool flag(napi_env env, napi_value value) {
  bool result = false;
  if (napi_get_value_bool(env, value, &result) != napi_ok) throw std::runtime_error("expected true or false");
  return result;
}

bool isNull(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type));
  return type == napi_null || type == napi_undefined;
}

std::vector<at::Tensor> tensorsOf(napi_env env, napi_value array) {
  std::vector<at::Tensor> tensors;
  if (isNull(env, array)) return tensors;
  uint32_t length = 0;
  check(env, napi_get_array_length(env, array, &length));
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    check(env, napi_get_element(env, array, i, &element));
    tensors.push_back(isNull(env, element) ? at::Tensor() : get(env, element));
  }
  return tensors;
}

// backward(outputs: handle[], gradients: (handle | null)[] | null, retainGraph: boolean): void
napi_value jsBackward(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    napi_value values[3];
    arguments(env, info, values);
    torch::autograd::backward(tensorsOf(env, values[0]), tensorsOf(env, values[1]), flag(env, values[2]), false);
    return nullptr;
  });
}

// gradients(outputs, inputs, outputGradients | null, retainGraph, createGraph): (handle | null)[]
napi_value jsGradients(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[5];
    arguments(env, info, values);
    const auto gradients =
        torch::autograd::grad(tensorsOf(env, values[0]), tensorsOf(env, values[1]), tensorsOf(env, values[2]),
                              flag(env, values[3]), flag(env, values[4]), true);
    napi_value result;
    check(env, napi_create_array_with_length(env, gradients.size(), &result));
    for (uint32_t i = 0; i < gradients.size(); ++i) {
      check(env, napi_set_element(env, result, i, putValue(env, gradients[i])));
    }
    return result;
  });
}

// grad(handle): handle | null
napi_value jsGrad(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    return putValue(env, get(env, values[0]).grad());
  });
}

// setGrad(handle, gradient: handle | null): void
napi_value jsSetGrad(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    napi_value values[2];
    arguments(env, info, values);
    at::Tensor tensor = get(env, values[0]);
    if (isNull(env, values[1])) {
      tensor.mutable_grad().reset();
      return nullptr;
    }
    // The engine adds to it without looking.
    const at::Tensor& gradient = get(env, values[1]);
    if (gradient.is_same(tensor)) throw std::runtime_error("a tensor cannot be its own gradient");
    if (gradient.sizes() != tensor.sizes() || gradient.scalar_type() != tensor.scalar_type() ||
        gradient.device() != tensor.device()) {
      throw std::runtime_error("a gradient has the shape, the dtype and the device of its tensor");
    }
    tensor.mutable_grad() = gradient;
    return nullptr;
  });
}

napi_value jsRequiresGrad(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    return boolean(env, get(env, values[0]).requires_grad());
  });
}

napi_value jsSetRequiresGrad(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    napi_value values[2];
    arguments(env, info, values);
    at::Tensor tensor = get(env, values[0]);
    const bool wanted = flag(env, values[1]);
    if (!wanted && !tensor.is_leaf()) {
      throw std::runtime_error("a computed tensor keeps its history: use detach()");
    }
    tensor.set_requires_grad(wanted);
    return nullptr;
  });
}

struct AutocastState {
  bool enabled;
  at::ScalarType dtype;
};

AutocastState autocastState(bool cuda) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  const auto device = cuda ? at::kCUDA : at::kCPU;
  return {at::autocast::is_autocast_enabled(device), at::autocast::get_autocast_dtype(device)};
#else
  if (cuda) return {at::autocast::is_enabled(), at::autocast::get_autocast_gpu_dtype()};
  return {at::autocast::is_cpu_enabled(), at::autocast::get_autocast_cpu_dtype()};
#endif
}

void setAutocastState(bool cuda, AutocastState state) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  const auto device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_enabled(device, state.enabled);
  at::autocast::set_autocast_dtype(device, state.dtype);
#else
  if (cuda) {
    at::autocast::set_enabled(state.enabled);
    at::autocast::set_autocast_gpu_dtype(state.dtype);
  } else {
    at::autocast::set_cpu_enabled(state.enabled);
    at::autocast::set_autocast_cpu_dtype(state.dtype);
  }
#endif
}

// setGradMode(enabled: boolean): boolean, the mode before
napi_value jsSetGradMode(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[1];
    arguments(env, info, values);
    const bool before = c10::GradMode::is_enabled();
    const bool wanted = flag(env, values[0]);
    c10::GradMode::set_enabled(wanted);
    // Autocast remembers its copies of the weights. One made without a history would cut the weight off from its
    // gradient when it is met again with recording on.
    if (wanted != before && (autocastState(false).enabled || autocastState(true).enabled)) {
      at::autocast::clear_cache();
    }
    return boolean(env, before);
  });
}

// enterAutocast(cuda: boolean, enabled: boolean, dtype: string): [enabled, dtype] before
napi_value jsEnterAutocast(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value values[3];
    arguments(env, info, values);
    const bool cuda = flag(env, values[0]);
    const AutocastState before = autocastState(cuda);
    setAutocastState(cuda, {flag(env, values[1]), scalarTypeOf(toString(env, values[2]))});
    at::autocast::increment_nesting();
    napi_value result;
    napi_value dtype;
    check(env, napi_create_array_with_length(env, 2, &result));
    check(env, napi_create_string_utf8(env, nameOf(before.dtype), NAPI_AUTO_LENGTH, &dtype));
    check(env, napi_set_element(env, result, 0, boolean(env, before.enabled)));
    check(env, napi_set_element(env, result, 1, dtype));
    return result;
  });
}

// leaveAutocast(cuda: boolean, enabled: boolean, dtype: string): void, restores what enterAutocast returned
napi_value jsLeaveAutocast(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    napi_value values[3];
    arguments(env, info, values);
    setAutocastState(flag(env, values[0]), {flag(env, values[1]), scalarTypeOf(toString(env, values[2]))});
    // The cache holds bf16 copies of the weights; it must not outlive the optimiser step that follows.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    return nullptr;
  });
}

}  // namespace

void registerAutograd(napi_env env, napi_value exports) {
  define(env, exports, "backward", jsBackward);
  define(env, exports, "gradients", jsGradients);
  define(env, exports, "grad", jsGrad);
  define(env, exports, "setGrad", jsSetGrad);
  define(env, exports, "requiresGrad", jsRequiresGrad);
  define(env, exports, "setRequiresGrad", jsSetRequiresGrad);
  define(env, exports, "setGradMode", jsSetGradMode);
  define(env, exports, "enterAutocast", jsEnterAutocast);
  define(env, exports, "leaveAutocast", jsLeaveAutocast);
}

}  // namespace bridge
