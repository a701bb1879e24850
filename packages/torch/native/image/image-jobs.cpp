#include "image-jobs.h"

#include "decode.h"

namespace image {
namespace {

/** Planar bytes of one image in a store. */
class StoredPicture : public Picture {
 public:
  StoredPicture(const uint8_t* planes, Size size) : planes_(planes), size_(size) {}
  Size size() const override { return size_; }
  void pixels(int, Image& out) override {
    out.allocate(size_.width, size_.height);
    const size_t area = static_cast<size_t>(size_.width) * size_.height;
    const uint8_t *r = planes_, *g = r + area, *b = g + area;
    uint8_t* to = out.row(0);
    for (size_t i = 0; i < area; i++, to += 3) {
      to[0] = r[i];
      to[1] = g[i];
      to[2] = b[i];
    }
  }

 private:
  const uint8_t* planes_;
  Size size_;
};

}  // namespace

void BatchOrder::make(size_t index, Picture& picture, Workspace& work) const {
  const auto position = static_cast<uint32_t>(firstPosition + index * positionStride);
  const size_t floats = static_cast<size_t>(size.width) * size.height * 3;
  pipeline->run(picture, CounterRandom(seed, epoch, position), size, layout, out + index * floats, work);
}

// Small images are taken sixteen at a time: one of them is less work than asking for it.
PixelBatch::PixelBatch(BatchOrder order, const uint8_t* pixels, Size size, std::vector<int32_t> indices)
    : Job(indices.size(), 16), order_(std::move(order)), pixels_(pixels), size_(size), indices_(std::move(indices)) {}

void PixelBatch::run(size_t index, Workspace& work) {
  const size_t bytes = static_cast<size_t>(size_.width) * size_.height * 3;
  StoredPicture picture(pixels_ + static_cast<size_t>(indices_[index]) * bytes, size_);
  order_.make(index, picture, work);
}

std::unique_ptr<Picture> Encoded::open(std::vector<uint8_t>& buffer, const char** format) const {
  if (!isPath) return openImage(bytes.data(), bytes.size(), format);
  readFile(path, buffer);
  return openImage(buffer.data(), buffer.size(), format);
}

EncodedBatch::EncodedBatch(BatchOrder order, std::vector<Encoded> items)
    : Job(items.size(), 1), order_(std::move(order)), items_(std::move(items)) {}

void EncodedBatch::run(size_t index, Workspace& work) {
  static thread_local std::vector<uint8_t> buffer;
  const std::unique_ptr<Picture> picture = items_[index].open(buffer);
  order_.make(index, *picture, work);
}

void DecodeJob::run(size_t, Workspace&) {
  std::vector<uint8_t> buffer;
  const std::unique_ptr<Picture> picture = item_.open(buffer, &format);
  picture->pixels(1, result);
}

}  // namespace image
