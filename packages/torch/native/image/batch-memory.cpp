#include "batch-memory.h"

#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

namespace image {
namespace {

/** Below this the C library keeps freed blocks itself: see keepLargeBlocks in runtime.cpp. */
constexpr size_t kLarge = 32 << 20;
constexpr size_t kAlignment = 64;

/** As many as a loader has under way: one in use, and two ahead. */
constexpr size_t kMostSpare = 3;

struct Spare {
  std::mutex guard;
  std::vector<void*> blocks;  // of `bytes` each
  size_t bytes = 0;
};

/** Never destroyed: a tensor may be freed as late as the process ends. */
Spare& spare() {
  static Spare& only = *new Spare();
  return only;
}

void* take(size_t bytes) {
  {
    Spare& kept = spare();
    const std::lock_guard<std::mutex> lock(kept.guard);
    if (kept.bytes == bytes && !kept.blocks.empty()) {
      void* block = kept.blocks.back();
      kept.blocks.pop_back();
      return block;
    }
  }
  void* fresh = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (fresh == nullptr) throw std::bad_alloc();
  return fresh;
}

void giveBack(void* block, size_t bytes) {
  Spare& kept = spare();
  const std::lock_guard<std::mutex> lock(kept.guard);
  if (kept.bytes != bytes) {  // what is there is another loader's
    for (void* other : kept.blocks) std::free(other);
    kept.blocks.clear();
    kept.bytes = bytes;
  }
  if (kept.blocks.size() < kMostSpare) {
    kept.blocks.push_back(block);
  } else {
    std::free(block);
  }
}

}  // namespace

at::Tensor emptyBatch(int64_t count, Size size, at::MemoryFormat format) {
  const int64_t height = size.height, width = size.width, area = height * width;
  const auto options = at::TensorOptions(at::kFloat);
  const size_t bytes = static_cast<size_t>(count * 3 * area) * sizeof(float);
  if (bytes < kLarge) return at::empty({count, 3, height, width}, options, format);
  const bool channelsLast = format == at::MemoryFormat::ChannelsLast;
  const std::vector<int64_t> strides = channelsLast ? std::vector<int64_t>{3 * area, 1, 3 * width, 3}
                                                    : std::vector<int64_t>{3 * area, area, width, 1};
  return at::from_blob(
      take(bytes), {count, 3, height, width}, strides, [bytes](void* block) { giveBack(block, bytes); }, options);
}

}  // namespace image
