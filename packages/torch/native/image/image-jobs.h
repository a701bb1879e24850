// The jobs that the worker threads do: a batch from pixels in memory, a batch from encoded images, one image decoded.
#pragma once

#include <string>
#include <vector>

#include "worker-pool.h"

namespace image {

/** Where a batch goes and which random numbers it uses. */
struct BatchOrder {
  std::shared_ptr<const Pipeline> pipeline;
  float* out;  // (B, 3, H, W) in `layout`
  Size size;
  Layout layout;
  uint64_t seed;
  uint32_t epoch;
  uint32_t firstPosition, positionStride;  // image i of the batch has position first + i * stride in the epoch

  void make(size_t index, Picture& picture, Workspace& work) const;
};

/** Images of one size, planar RGB bytes (N, 3, H, W). */
class PixelBatch : public Job {
 public:
  PixelBatch(BatchOrder order, const uint8_t* pixels, Size size, std::vector<int32_t> indices);
  void run(size_t index, Workspace& work) override;

 private:
  BatchOrder order_;
  const uint8_t* pixels_;
  Size size_;
  std::vector<int32_t> indices_;
};

/** A path, or the bytes of an encoded image. */
struct Encoded {
  std::string path;
  std::vector<uint8_t> bytes;
  bool isPath;

  std::unique_ptr<Picture> open(std::vector<uint8_t>& buffer, const char** format = nullptr) const;
};

class EncodedBatch : public Job {
 public:
  EncodedBatch(BatchOrder order, std::vector<Encoded> items);
  void run(size_t index, Workspace& work) override;

 private:
  BatchOrder order_;
  std::vector<Encoded> items_;
};

class DecodeJob : public Job {
 public:
  explicit DecodeJob(Encoded item) : Job(1, 1), item_(std::move(item)) {}
  void run(size_t index, Workspace& work) override;

  Image result;
  const char* format = "";

 private:
  Encoded item_;
};

}  // namespace image
