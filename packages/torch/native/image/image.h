// A decoded image: 8-bit RGB, rows top to bottom, the three colours of a pixel beside each other.
// The buffer grows and is never cleared, so that a worker thread can use one image again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

namespace image {

struct Size {
  int width = 0;
  int height = 0;
};

class Image {
 public:
  /** Bytes that are allocated behind the last pixel: fast code takes and puts several pixels at once. */
  static constexpr size_t kSlack = 32;

  int width = 0;
  int height = 0;

  /** Sets the size; the pixels are then undefined. */
  void allocate(int newWidth, int newHeight) {
    const size_t needed = static_cast<size_t>(newWidth) * static_cast<size_t>(newHeight) * 3 + kSlack;
    if (needed > capacity_) {
      bytes_.reset();
      capacity_ = 0;
      bytes_.reset(static_cast<uint8_t*>(std::malloc(needed)));
      if (!bytes_) throw std::bad_alloc();
      capacity_ = needed;
    }
    width = newWidth;
    height = newHeight;
  }

  uint8_t* row(int y) { return bytes_.get() + static_cast<size_t>(y) * static_cast<size_t>(width) * 3; }
  const uint8_t* row(int y) const {
    return bytes_.get() + static_cast<size_t>(y) * static_cast<size_t>(width) * 3;
  }
  size_t byteLength() const { return static_cast<size_t>(width) * static_cast<size_t>(height) * 3; }

  /** Gives the buffer back when it grew beyond `limit` bytes: one huge image must not stay resident. */
  void shrink(size_t limit) {
    if (capacity_ <= limit) return;
    bytes_.reset();
    capacity_ = 0;
    width = height = 0;
  }

 private:
  struct Free {
    void operator()(uint8_t* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<uint8_t[], Free> bytes_;
  size_t capacity_ = 0;
};

/** Whole pixels, right and bottom not included. */
struct Region {
  int left, top, right, bottom;
};

/** Where an image comes from: its size is known before its pixels are made. */
class Picture {
 public:
  virtual ~Picture() = default;
  virtual Size size() const = 0;
  /**
   * Fills `out` with the pixels. `denominator` (1, 2, 4 or 8) permits an image smaller by that factor, rounded up;
   * the result may be larger than asked.
   */
  virtual void pixels(int denominator, Image& out) = 0;
  /** Fills `out` with a part that holds the wanted one, pixel for pixel as the whole image has it; returns what it is. */
  virtual Region part(const Region& /* wanted */, Image& out) {
    pixels(1, out);
    return {0, 0, out.width, out.height};
  }
};

}  // namespace image
