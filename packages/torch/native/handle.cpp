// The table behind handles. One per JavaScript environment (main thread or worker), so no lock is needed.
#include "handle.h"

#include <ATen/CPUGeneratorImpl.h>
#include <c10/util/Exception.h>
#include <c10/util/flat_hash_map.h>

#include <cmath>
#include <deque>
#include <vector>

namespace bridge {
namespace {

constexpr double kGenerationUnit = 4294967296.0;  // 2^32: the handle is generation * 2^32 + slot
constexpr uint32_t kGenerations = 1u << 20;       // handles stay below 2^53, exact in a double
constexpr int64_t kReportAfter = 4 << 20;         // tell the collector once 4 MiB have changed

struct Slot {
  at::Tensor tensor;
  uint32_t generation = 1;
  const void* storage = nullptr;  // what `storages` counts it under; null without memory of its own
};

/** A storage that live tensors hold: a tensor and its views share one. */
struct SharedStorage {
  int64_t tensors = 0;
  int64_t bytes = 0;
};

struct Environment {
  std::deque<Slot> slots;
  std::vector<uint32_t> vacant;
  ska::flat_hash_map<const void*, SharedStorage> storages;  // in and out with most tensors: no node each time
  std::vector<at::Generator> generators;
  int64_t live = 0;
  int64_t bytes = 0;
  int64_t unreportedBytes = 0;
};

Environment& environment(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data));
  return *static_cast<Environment*>(data);
}

void reportMemory(napi_env env, Environment& state) {
  int64_t total = 0;
  napi_adjust_external_memory(env, state.unreportedBytes, &total);
  state.unreportedBytes = 0;
}

// The collector hears at once of memory that is gone, but of new memory only where it could free some: a training step
// fills and empties its scope every time, and a collection for that would only take its cores away.
void countMemory(napi_env env, Environment& state, int64_t change) {
  state.bytes += change;
  state.unreportedBytes += change;
  if (state.unreportedBytes <= -kReportAfter) reportMemory(env, state);
}

/** The slot that a handle names; throws StaleHandle for every number that names none. */
uint32_t indexOf(const Environment& state, double number) {
  // The range first: converting what an integer cannot hold is undefined.
  if (!(number >= 0 && number < kGenerations * kGenerationUnit) || number != std::floor(number)) throw StaleHandle();
  const auto generation = static_cast<uint32_t>(number / kGenerationUnit);
  const auto index = static_cast<uint32_t>(number - generation * kGenerationUnit);
  if (index >= state.slots.size()) throw StaleHandle();
  const Slot& slot = state.slots[index];
  if (slot.generation != generation || !slot.tensor.defined()) throw StaleHandle();
  return index;
}

uint32_t indexOf(const Environment& state, napi_env env, napi_value handle) {
  double number = 0;
  if (napi_get_value_double(env, handle, &number) != napi_ok) throw StaleHandle();
  return indexOf(state, number);
}

void countStorage(napi_env env, Environment& state, Slot& slot) {
  if (!slot.tensor.has_storage() || slot.tensor.is_meta() || slot.tensor.storage().nbytes() == 0) return;
  slot.storage = slot.tensor.storage().unsafeGetStorageImpl();
  SharedStorage& shared = state.storages[slot.storage];
  if (shared.tensors++ > 0) return;
  shared.bytes = static_cast<int64_t>(slot.tensor.storage().nbytes());
  countMemory(env, state, shared.bytes);
}

void uncountStorage(napi_env env, Environment& state, Slot& slot) {
  if (slot.storage == nullptr) return;
  const auto found = state.storages.find(slot.storage);
  slot.storage = nullptr;
  if (--found->second.tensors > 0) return;
  countMemory(env, state, -found->second.bytes);
  state.storages.erase(found);
}

void freeSlot(napi_env env, Environment& state, uint32_t index) {
  Slot& slot = state.slots[index];
  slot.tensor = at::Tensor();
  slot.generation = slot.generation + 1 == kGenerations ? 1 : slot.generation + 1;
  state.live -= 1;
  state.vacant.push_back(index);
  uncountStorage(env, state, slot);
}

napi_value jsFree(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    size_t count = 1;
    napi_value handle;
    check(env, napi_get_cb_info(env, info, &count, &handle, nullptr, nullptr));
    Environment& state = environment(env);
    freeSlot(env, state, indexOf(state, env, handle));
    return nullptr;
  });
}

// freeAll(handles: Float64Array, count: number): void, the first `count` of them; a scope's end in one call
napi_value jsFreeAll(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    size_t arguments = 2;
    napi_value values[2];
    check(env, napi_get_cb_info(env, info, &arguments, values, nullptr, nullptr));
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    check(env, napi_get_typedarray_info(env, values[0], &type, &length, &data, nullptr, nullptr));
    uint32_t count = 0;
    check(env, napi_get_value_uint32(env, values[1], &count));
    if (type != napi_float64_array || count > length) throw std::runtime_error("expected handles and their number");
    const auto* handles = static_cast<const double*>(data);
    Environment& state = environment(env);
    for (uint32_t i = 0; i < count; ++i) freeSlot(env, state, indexOf(state, handles[i]));
    return nullptr;
  });
}

// leaveToCollector(): void, a tensor belongs to no scope from now on
napi_value jsLeaveToCollector(napi_env env, napi_callback_info) {
  return guard(env, [&]() -> napi_value {
    Environment& state = environment(env);
    if (state.unreportedBytes >= kReportAfter) reportMemory(env, state);
    return nullptr;
  });
}

napi_value jsLiveTensors(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    napi_value result;
    check(env, napi_create_double(env, static_cast<double>(environment(env).live), &result));
    return result;
  });
}

napi_value jsLiveBytes(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    napi_value result;
    check(env, napi_create_double(env, static_cast<double>(environment(env).bytes), &result));
    return result;
  });
}

// reportedBytes(): number, what the collector knows of
napi_value jsReportedBytes(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    const Environment& state = environment(env);
    napi_value result;
    check(env, napi_create_double(env, static_cast<double>(state.bytes - state.unreportedBytes), &result));
    return result;
  });
}

// createGenerator(seed: number): number
napi_value jsCreateGenerator(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    size_t count = 1;
    napi_value seedValue;
    check(env, napi_get_cb_info(env, info, &count, &seedValue, nullptr, nullptr));
    int64_t seed = 0;
    check(env, napi_get_value_int64(env, seedValue, &seed));
    at::Generator generator = at::detail::createCPUGenerator(static_cast<uint64_t>(seed));
    auto& generators = environment(env).generators;
    generators.push_back(generator);
    napi_value result;
    check(env, napi_create_double(env, static_cast<double>(generators.size()), &result));
    return result;
  });
}

// freeGenerator(generator: number): void. Its number is not given out again.
napi_value jsFreeGenerator(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    size_t count = 1;
    napi_value value;
    check(env, napi_get_cb_info(env, info, &count, &value, nullptr, nullptr));
    uint32_t number = 0;
    check(env, napi_get_value_uint32(env, value, &number));
    auto& generators = environment(env).generators;
    if (number >= 1 && number <= generators.size()) generators[number - 1] = at::Generator();
    return nullptr;
  });
}

}  // namespace

void check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  const napi_extended_error_info* details = nullptr;
  napi_get_last_error_info(env, &details);
  throw std::runtime_error(details && details->error_message ? details->error_message : "Node-API call failed");
}

void throwAsJavaScript(napi_env env) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) return;
  try {
    throw;
  } catch (const StaleHandle&) {
    napi_throw_error(env, "DISPOSED", "this tensor was already disposed");
  } catch (const c10::Error& error) {
    napi_throw_error(env, "TORCH", error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "MEMORY", "out of memory");
  } catch (const std::exception& error) {
    napi_throw_error(env, "TORCH", error.what());
  } catch (...) {
    napi_throw_error(env, "TORCH", "unknown native error");
  }
}

void define(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function));
  check(env, napi_set_named_property(env, exports, name, function));
}

double put(napi_env env, at::Tensor tensor) {
  Environment& state = environment(env);
  uint32_t index;
  if (state.vacant.empty()) {
    index = static_cast<uint32_t>(state.slots.size());
    state.slots.emplace_back();
  } else {
    index = state.vacant.back();
    state.vacant.pop_back();
  }
  Slot& slot = state.slots[index];
  slot.tensor = std::move(tensor);
  state.live += 1;
  countStorage(env, state, slot);
  return slot.generation * kGenerationUnit + index;
}

napi_value putValue(napi_env env, at::Tensor tensor) {
  napi_value result;
  if (!tensor.defined()) {
    check(env, napi_get_null(env, &result));
  } else {
    check(env, napi_create_double(env, put(env, std::move(tensor)), &result));
  }
  return result;
}

const at::Tensor& get(napi_env env, napi_value handle) {
  const Environment& state = environment(env);
  return state.slots[indexOf(state, env, handle)].tensor;
}

at::Generator getGenerator(napi_env env, napi_value handle) {
  uint32_t index = 0;
  check(env, napi_get_value_uint32(env, handle, &index));
  if (index == 0) return at::detail::getDefaultCPUGenerator();
  auto& generators = environment(env).generators;
  if (index > generators.size() || !generators[index - 1].defined()) throw std::runtime_error("unknown random generator");
  return generators[index - 1];
}

void registerHandles(napi_env env, napi_value exports) {
  check(env, napi_set_instance_data(
                 env, new Environment(),
                 [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr));
  define(env, exports, "free", jsFree);
  define(env, exports, "freeAll", jsFreeAll);
  define(env, exports, "leaveToCollector", jsLeaveToCollector);
  define(env, exports, "liveTensors", jsLiveTensors);
  define(env, exports, "liveBytes", jsLiveBytes);
  define(env, exports, "reportedBytes", jsReportedBytes);
  define(env, exports, "createGenerator", jsCreateGenerator);
  define(env, exports, "freeGenerator", jsFreeGenerator);
}

}  // namespace bridge
