#include "orientation.h"

#include <cstring>

namespace image {

int exifOrientation(const uint8_t* bytes, size_t length) {
  if (length < 8) return 1;
  bool little;
  if (std::memcmp(bytes, "II\x2a\0", 4) == 0) {
    little = true;
  } else if (std::memcmp(bytes, "MM\0\x2a", 4) == 0) {
    little = false;
  } else {
    return 1;
  }
  const auto u16 = [&](size_t at) -> uint32_t {
    return little ? bytes[at] | bytes[at + 1] << 8 : bytes[at] << 8 | bytes[at + 1];
  };
  const auto u32 = [&](size_t at) -> size_t {
    return little ? u16(at) | static_cast<size_t>(u16(at + 2)) << 16
                  : static_cast<size_t>(u16(at)) << 16 | u16(at + 2);
  };
  const size_t directory = u32(4);
  if (directory > length - 2) return 1;
  const size_t entries = u16(directory);
  for (size_t i = 0; i < entries; i++) {
    const size_t entry = directory + 2 + i * 12;
    if (entry + 12 > length) return 1;
    if (u16(entry) != 0x0112) continue;
    const bool isShort = u16(entry + 2) == 3 && u32(entry + 4) == 1;
    const uint32_t value = u16(entry + 8);
    return isShort && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

void applyOrientation(const Image& source, int orientation, Image& out) {
  const int w = source.width, h = source.height;
  const bool swaps = swapsSides(orientation);
  out.allocate(swaps ? h : w, swaps ? w : h);
  // As the orientation's definition names them: where the stored first row and first column lie in the upright picture.
  const bool flipX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flipY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int y = 0; y < out.height; y++) {
    uint8_t* to = out.row(y);
    for (int x = 0; x < out.width; x++, to += 3) {
      int sourceX = swaps ? y : x;
      int sourceY = swaps ? x : y;
      if (flipX) sourceX = w - 1 - sourceX;
      if (flipY) sourceY = h - 1 - sourceY;
      std::memcpy(to, source.row(sourceY) + static_cast<size_t>(sourceX) * 3, 3);
    }
  }
}

}  // namespace image
