#include "colour.h"

namespace image {
namespace {

/** ITU-R 601 luma in 16-bit fixed point, the weights that Pillow uses. */
inline uint32_t grey(const uint8_t* pixel) {
  return (pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u) >> 16;
}

/** Fractions are cut, not rounded, as Pillow's blend does. */
inline uint8_t mix(float plain, float value, float factor) {
  const float mixed = plain + factor * (value - plain);
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : static_cast<uint8_t>(mixed);
}

void blendWithLevel(Image& picture, float level, double factor) {
  uint8_t table[256];
  for (int i = 0; i < 256; i++) table[i] = mix(level, static_cast<float>(i), static_cast<float>(factor));
  uint8_t* byte = picture.row(0);
  uint8_t* end = byte + picture.byteLength();
  for (; byte < end; byte++) *byte = table[*byte];
}

}  // namespace

void brighten(Image& picture, double factor) { blendWithLevel(picture, 0, factor); }

void contrast(Image& picture, double factor) {
  uint64_t total = 0;
  const uint8_t* pixel = picture.row(0);
  const size_t count = picture.byteLength() / 3;
  for (size_t i = 0; i < count; i++, pixel += 3) total += grey(pixel);
  const double mean = count == 0 ? 0 : static_cast<double>(total) / static_cast<double>(count);
  blendWithLevel(picture, static_cast<float>(static_cast<int>(mean + 0.5)), factor);
}

void saturate(Image& picture, double factor) {
  const float f = static_cast<float>(factor);
  uint8_t* pixel = picture.row(0);
  const size_t count = picture.byteLength() / 3;
  for (size_t i = 0; i < count; i++, pixel += 3) {
    const float level = static_cast<float>(grey(pixel));
    pixel[0] = mix(level, pixel[0], f);
    pixel[1] = mix(level, pixel[1], f);
    pixel[2] = mix(level, pixel[2], f);
  }
}

}  // namespace image
