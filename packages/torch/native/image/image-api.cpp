// imagePool(workers) -> pool
// imagePipeline(transforms) -> pipeline
// imageBatch(pool, pipeline, source, order) -> Promise<tensor handle>
//   source: { pixels: Uint8Array, height, width, indices: Int32Array } or { files: (string | Uint8Array)[] }
//   order:  { height, width, channelsLast, seed, epoch, firstPosition, positionStride }
// imageDecode(pool, path or bytes, keepPixels) -> Promise<{ width, height, format, data: Uint8Array | null }>
// A promise is rejected with an Error that has `reason` (the code of ImageError) and `index` (of the item).
#include "image-api.h"

#include <cstring>
#include <stdexcept>

#include "../handle.h"
#include "batch-memory.h"
#include "image-jobs.h"
#include "js-values.h"
#include "read-transforms.h"

namespace {

using bridge::check;
using namespace image;

/** What is waiting for a job on the JavaScript side. Made and used on Node's thread only. */
struct Waiting {
  std::shared_ptr<Job> job;
  napi_deferred deferred = nullptr;
  napi_ref source = nullptr;  // keeps the pixels of a batch alive
  at::Tensor tensor;          // of a batch
  DecodeJob* decode = nullptr;
  bool keepPixels = false;
};

struct Pool {
  napi_threadsafe_function report = nullptr;
  std::unique_ptr<WorkerPool> workers;
  std::vector<std::unique_ptr<Waiting>> waiting;

  void stop() {
    workers.reset();  // joins the threads, so nobody reports after this
    if (report != nullptr) napi_release_threadsafe_function(report, napi_tsfn_abort);
    report = nullptr;
  }
};

napi_value makeError(napi_env env, const std::string& text, const std::string& reason, double index) {
  napi_value message, error, value;
  check(env, napi_create_string_utf8(env, text.c_str(), text.size(), &message));
  check(env, napi_create_error(env, nullptr, message, &error));
  check(env, napi_create_string_utf8(env, reason.c_str(), reason.size(), &value));
  check(env, napi_set_named_property(env, error, "reason", value));
  check(env, napi_create_double(env, index, &value));
  check(env, napi_set_named_property(env, error, "index", value));
  return error;
}

napi_value decoded(napi_env env, const DecodeJob& job, bool keepPixels) {
  napi_value result, value;
  check(env, napi_create_object(env, &result));
  check(env, napi_create_int32(env, job.result.width, &value));
  check(env, napi_set_named_property(env, result, "width", value));
  check(env, napi_create_int32(env, job.result.height, &value));
  check(env, napi_set_named_property(env, result, "height", value));
  check(env, napi_create_string_utf8(env, job.format, NAPI_AUTO_LENGTH, &value));
  check(env, napi_set_named_property(env, result, "format", value));
  if (keepPixels) {
    const size_t length = job.result.byteLength();
    void* data;
    napi_value buffer;
    check(env, napi_create_arraybuffer(env, length, &data, &buffer));
    std::memcpy(data, job.result.row(0), length);
    check(env, napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &value));
  } else {
    check(env, napi_get_null(env, &value));
  }
  check(env, napi_set_named_property(env, result, "data", value));
  return result;
}

void settle(napi_env env, Waiting& waiting) {
  if (waiting.source != nullptr) napi_delete_reference(env, waiting.source);
  napi_value value;
  try {
    if (const Failure* failure = waiting.job->failure()) {
      value = makeError(env, failure->message, failure->code, static_cast<double>(failure->index));
      napi_reject_deferred(env, waiting.deferred, value);
      return;
    }
    value = waiting.decode != nullptr ? decoded(env, *waiting.decode, waiting.keepPixels)
                                      : bridge::putValue(env, std::move(waiting.tensor));
    napi_resolve_deferred(env, waiting.deferred, value);
  } catch (const std::exception& error) {
    napi_reject_deferred(env, waiting.deferred, makeError(env, error.what(), "corrupt", 0));
  }
}

/** On Node's thread: `data` is a Job that has been finished. Without an environment Node is shutting down. */
void onReport(napi_env env, napi_value, void* context, void* data) {
  if (env == nullptr) return;
  auto* pool = static_cast<Pool*>(context);
  for (size_t i = 0; i < pool->waiting.size(); i++) {
    if (pool->waiting[i]->job.get() != data) continue;
    const std::unique_ptr<Waiting> waiting = std::move(pool->waiting[i]);
    pool->waiting.erase(pool->waiting.begin() + static_cast<std::ptrdiff_t>(i));
    if (pool->waiting.empty()) napi_unref_threadsafe_function(env, pool->report);
    settle(env, *waiting);
    return;
  }
}

napi_value createPool(napi_env env, napi_callback_info info) {
  return bridge::guard(env, [&] {
    size_t count = 1;
    napi_value argument, name, result;
    check(env, napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr));
    const int workers = static_cast<int>(number(env, argument));
    auto pool = std::make_unique<Pool>();
    check(env, napi_create_string_utf8(env, "images", NAPI_AUTO_LENGTH, &name));
    check(env, napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, pool.get(),
                                               onReport, &pool->report));
    check(env, napi_unref_threadsafe_function(env, pool->report));
    pool->workers = std::make_unique<WorkerPool>(workers, [pool = pool.get()](std::shared_ptr<Job> job) {
      // `waiting` holds the job until Node's thread has seen this.
      napi_call_threadsafe_function(pool->report, job.get(), napi_tsfn_nonblocking);
    });
    // The pool lives as long as the process's environment: hooks run in reverse order, so the threads are joined
    // before Node closes the function by which they report.
    check(env, napi_add_env_cleanup_hook(env, [](void* data) {
      auto* pool = static_cast<Pool*>(data);
      pool->stop();
    }, pool.get()));
    check(env, napi_create_external(env, pool.get(), nullptr, nullptr, &result));
    pool.release();
    return result;
  });
}

napi_value createPipeline(napi_env env, napi_callback_info info) {
  return bridge::guard(env, [&] {
    size_t count = 1;
    napi_value list, result;
    check(env, napi_get_cb_info(env, info, &count, &list, nullptr, nullptr));
    auto pipeline = std::make_unique<std::shared_ptr<const Pipeline>>(
        std::make_shared<const Pipeline>(readTransforms(env, list)));
    check(env, napi_create_external(
                   env, pipeline.get(),
                   [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<const Pipeline>*>(data); },
                   nullptr, &result));
    pipeline.release();
    return result;
  });
}

napi_value begin(napi_env env, Pool& pool, std::unique_ptr<Waiting> waiting, size_t count) {
  if (count == 0) throw std::invalid_argument("image: a batch needs at least one image");
  if (!pool.workers) throw std::runtime_error("image: the worker threads have been stopped");
  napi_value promise;
  check(env, napi_create_promise(env, &waiting->deferred, &promise));
  if (pool.waiting.empty()) check(env, napi_ref_threadsafe_function(env, pool.report));
  std::shared_ptr<Job> job = waiting->job;
  pool.waiting.push_back(std::move(waiting));
  pool.workers->add(std::move(job));
  return promise;
}

Encoded readEncoded(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type));
  if (type != napi_string) {
    const Bytes bytes = typedArray(env, value, napi_uint8_array);
    return {"", std::vector<uint8_t>(bytes.data, bytes.data + bytes.length), false};
  }
  size_t length = 0;
  check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string path(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, path.data(), length + 1, &length));
  if (path.find('\0') != std::string::npos) throw std::invalid_argument("image: a path must not contain a NUL");
  return {std::move(path), {}, true};
}

BatchOrder readOrder(napi_env env, napi_value pipeline, napi_value order, size_t count, at::Tensor& tensor) {
  const Size size = {static_cast<int>(integer(env, order, "width")), static_cast<int>(integer(env, order, "height"))};
  const bool channelsLast = boolean(env, property(env, order, "channelsLast"));
  tensor = emptyBatch(static_cast<int64_t>(count), size,
                      channelsLast ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  BatchOrder result;
  result.pipeline = *external<std::shared_ptr<const Pipeline>>(env, pipeline);
  result.out = tensor.data_ptr<float>();
  result.size = size;
  result.layout = channelsLast ? Layout::interleaved : Layout::planar;
  result.seed = static_cast<uint64_t>(integer(env, order, "seed"));
  result.epoch = static_cast<uint32_t>(integer(env, order, "epoch"));
  result.firstPosition = static_cast<uint32_t>(integer(env, order, "firstPosition"));
  result.positionStride = static_cast<uint32_t>(integer(env, order, "positionStride"));
  return result;
}

napi_value batch(napi_env env, napi_callback_info info) {
  return bridge::guard(env, [&] {
    size_t count = 4;
    napi_value arguments[4];
    check(env, napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr));
    Pool* pool = external<Pool>(env, arguments[0]);
    const napi_value source = arguments[2];
    auto waiting = std::make_unique<Waiting>();
    size_t images = 0;
    bool inMemory;
    check(env, napi_has_named_property(env, source, "pixels", &inMemory));
    if (inMemory) {
      const napi_value array = property(env, source, "pixels");
      const Bytes pixels = typedArray(env, array, napi_uint8_array);
      const Size size = {static_cast<int>(integer(env, source, "width")),
                         static_cast<int>(integer(env, source, "height"))};
      const size_t stored = pixels.length / (static_cast<size_t>(size.width) * size.height * 3);
      const Bytes chosen = typedArray(env, property(env, source, "indices"), napi_int32_array);
      images = chosen.length;
      std::vector<int32_t> indices(images);
      if (images > 0) std::memcpy(indices.data(), chosen.data, images * sizeof(int32_t));
      for (const int32_t index : indices) {
        if (index < 0 || static_cast<size_t>(index) >= stored) {
          throw std::out_of_range("image: index " + std::to_string(index) + " is not in 0 .. " +
                                  std::to_string(static_cast<int64_t>(stored) - 1));
        }
      }
      BatchOrder order = readOrder(env, arguments[1], arguments[3], images, waiting->tensor);
      check(env, napi_create_reference(env, array, 1, &waiting->source));
      waiting->job = std::make_shared<PixelBatch>(std::move(order), pixels.data, size, std::move(indices));
    } else {
      const napi_value files = property(env, source, "files");
      uint32_t length;
      check(env, napi_get_array_length(env, files, &length));
      images = length;
      std::vector<Encoded> items;
      for (uint32_t i = 0; i < length; i++) {
        napi_value item;
        check(env, napi_get_element(env, files, i, &item));
        items.push_back(readEncoded(env, item));
      }
      BatchOrder order = readOrder(env, arguments[1], arguments[3], images, waiting->tensor);
      waiting->job = std::make_shared<EncodedBatch>(std::move(order), std::move(items));
    }
    return begin(env, *pool, std::move(waiting), images);
  });
}

napi_value decode(napi_env env, napi_callback_info info) {
  return bridge::guard(env, [&] {
    size_t count = 3;
    napi_value arguments[3];
    check(env, napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr));
    Pool* pool = external<Pool>(env, arguments[0]);
    auto waiting = std::make_unique<Waiting>();
    auto job = std::make_shared<DecodeJob>(readEncoded(env, arguments[1]));
    waiting->decode = job.get();
    waiting->keepPixels = boolean(env, arguments[2]);
    waiting->job = std::move(job);
    return begin(env, *pool, std::move(waiting), 1);
  });
}

}  // namespace

void registerImage(napi_env env, napi_value exports) {
  bridge::define(env, exports, "imagePool", createPool);
  bridge::define(env, exports, "imagePipeline", createPipeline);
  bridge::define(env, exports, "imageBatch", batch);
  bridge::define(env, exports, "imageDecode", decode);
}
