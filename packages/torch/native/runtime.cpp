// The library as a whole: version, threads, memory policy, random state.
#include "runtime.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/version.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <string>

#include "handle.h"

namespace bridge {
namespace {

// A training step allocates and frees the same large blocks over and over. By default glibc gives them back
// to the kernel each time and faults them in again; keeping them is worth a third of a step.
void keepLargeBlocks() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest value glibc accepts
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

napi_value text(napi_env env, const std::string& value) {
  napi_value result;
  check(env, napi_create_string_utf8(env, value.data(), value.size(), &result));
  return result;
}

std::string pathOfLibrary() {
  Dl_info found{};
  // An address inside libtorch_cpu: the library that the loader really took.
  if (dladdr(reinterpret_cast<const void*>(&at::get_parallel_info), &found) == 0 || !found.dli_fname) return "";
  return found.dli_fname;
}

// The kernels that OpenBLAS chose for this processor; null where the library multiplies with another one.
napi_value blasKernels(napi_env env) {
  using CoreName = char* (*)();
  const auto coreName = reinterpret_cast<CoreName>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  if (coreName != nullptr) return text(env, coreName());
  napi_value result;
  check(env, napi_get_null(env, &result));
  return result;
}

// libraryInfo(): { version, path, config, parallel, blasKernels, cuda, mkldnn, threads }
napi_value jsLibraryInfo(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    napi_value result;
    check(env, napi_create_object(env, &result));
    check(env, napi_set_named_property(env, result, "version", text(env, TORCH_VERSION)));
    check(env, napi_set_named_property(env, result, "path", text(env, pathOfLibrary())));
    check(env, napi_set_named_property(env, result, "config", text(env, at::show_config())));
    check(env, napi_set_named_property(env, result, "parallel", text(env, at::get_parallel_info())));
    check(env, napi_set_named_property(env, result, "blasKernels", blasKernels(env)));
    napi_value value;
    check(env, napi_get_boolean(env, at::hasCUDA(), &value));
    check(env, napi_set_named_property(env, result, "cuda", value));
    check(env, napi_get_boolean(env, at::hasMKLDNN(), &value));
    check(env, napi_set_named_property(env, result, "mkldnn", value));
    check(env, napi_create_int32(env, at::get_num_threads(), &value));
    check(env, napi_set_named_property(env, result, "threads", value));
    return result;
  });
}

napi_value jsSetThreads(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    size_t count = 1;
    napi_value value;
    check(env, napi_get_cb_info(env, info, &count, &value, nullptr, nullptr));
    int32_t threads = 0;
    check(env, napi_get_value_int32(env, value, &threads));
    if (threads < 1) throw std::runtime_error("expected at least one thread");
    at::set_num_threads(threads);
    return nullptr;
  });
}

// manualSeed(seed: number): void, seeds the default generators of every device
napi_value jsManualSeed(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    size_t count = 1;
    napi_value value;
    check(env, napi_get_cb_info(env, info, &count, &value, nullptr, nullptr));
    int64_t seed = 0;
    check(env, napi_get_value_int64(env, value, &seed));
    at::manual_seed(static_cast<uint64_t>(seed));
    return nullptr;
  });
}

// generatorState(generator: number): handle of a uint8 tensor
napi_value jsGeneratorState(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    size_t count = 1;
    napi_value value;
    check(env, napi_get_cb_info(env, info, &count, &value, nullptr, nullptr));
    at::Generator generator = getGenerator(env, value);
    std::lock_guard<std::mutex> lock(generator.mutex());
    return putValue(env, generator.get_state());
  });
}

// setGeneratorState(generator: number, state: handle): void
napi_value jsSetGeneratorState(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    size_t count = 2;
    napi_value values[2];
    check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
    at::Generator generator = getGenerator(env, values[0]);
    const at::Tensor state = get(env, values[1]);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(state);
    return nullptr;
  });
}

}  // namespace

void registerRuntime(napi_env env, napi_value exports) {
  keepLargeBlocks();
  define(env, exports, "libraryInfo", jsLibraryInfo);
  define(env, exports, "setThreads", jsSetThreads);
  define(env, exports, "manualSeed", jsManualSeed);
  define(env, exports, "generatorState", jsGeneratorState);
  define(env, exports, "setGeneratorState", jsSetGeneratorState);
}

}  // namespace bridge
