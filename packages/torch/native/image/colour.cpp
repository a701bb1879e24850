#include "colour.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace image {
namespace {

/** ITU-R 601 luma in 16-bit fixed point, the weights that Pillow uses. */
constexpr int32_t kRed = 19595, kGreen = 38470, kBlue = 7471, kRound = 0x8000;

inline uint32_t grey(const uint8_t* pixel) {
  return static_cast<uint32_t>(pixel[0] * kRed + pixel[1] * kGreen + pixel[2] * kBlue + kRound) >> 16;
}

/** Fractions are cut, not rounded, as Pillow's blend does. */
inline uint8_t mix(float plain, float value, float factor) {
  const float mixed = plain + factor * (value - plain);
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : static_cast<uint8_t>(mixed);
}

uint64_t totalGreyPlain(const uint8_t* pixel, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++, pixel += 3) total += grey(pixel);
  return total;
}

void blendPlain(uint8_t* byte, size_t count, float level, float factor) {
  uint8_t table[256];
  for (int i = 0; i < 256; i++) table[i] = mix(level, static_cast<float>(i), factor);
  for (size_t i = 0; i < count; i++) byte[i] = table[byte[i]];
}

void saturatePlain(uint8_t* pixel, size_t count, float factor) {
  for (size_t i = 0; i < count; i++, pixel += 3) {
    const float level = static_cast<float>(grey(pixel));
    pixel[0] = mix(level, pixel[0], factor);
    pixel[1] = mix(level, pixel[1], factor);
    pixel[2] = mix(level, pixel[2], factor);
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
// Eight pixels at once, the same arithmetic; what is left over is done by the plain functions.
#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

struct Eight {
  __m256i r, g, b;  // a number a pixel
};

/** Reads 28 bytes, of which 24 count. */
AVX2_INLINE Eight take(const uint8_t* pixel) {
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel));
  const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel + 12));
  const __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
  const __m256i red = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1));
  const __m256i one = _mm256_set1_epi32(1);  // the next byte
  const __m256i green = _mm256_add_epi32(red, one);
  return {_mm256_shuffle_epi8(bytes, red), _mm256_shuffle_epi8(bytes, green),
          _mm256_shuffle_epi8(bytes, _mm256_add_epi32(green, one))};
}

AVX2_INLINE __m256i greyOf(const Eight& pixels) {
  const __m256i rg = _mm256_add_epi32(_mm256_mullo_epi32(pixels.r, _mm256_set1_epi32(kRed)),
                                      _mm256_mullo_epi32(pixels.g, _mm256_set1_epi32(kGreen)));
  const __m256i all = _mm256_add_epi32(rg, _mm256_mullo_epi32(pixels.b, _mm256_set1_epi32(kBlue)));
  return _mm256_srli_epi32(_mm256_add_epi32(all, _mm256_set1_epi32(kRound)), 16);
}

AVX2_INLINE __m256i mixOf(__m256 plain, __m256i value, __m256 factor) {
  const __m256 change = _mm256_mul_ps(factor, _mm256_sub_ps(_mm256_cvtepi32_ps(value), plain));
  const __m256 mixed = _mm256_add_ps(plain, change);
  const __m256 clipped = _mm256_min_ps(_mm256_max_ps(mixed, _mm256_setzero_ps()), _mm256_set1_ps(255));
  return _mm256_cvttps_epi32(clipped);
}

AVX2 uint64_t totalGreyAvx2(const uint8_t* pixel, size_t count) {
  uint64_t total = 0;
  size_t i = 0;
  while (i + 10 <= count) {  // `take` reads into the tenth pixel
    const size_t end = std::min(count - 9, i + (size_t{1} << 24));  // before a sum of 32 bits is full
    __m256i sums = _mm256_setzero_si256();
    for (; i < end; i += 8) sums = _mm256_add_epi32(sums, greyOf(take(pixel + i * 3)));
    alignas(32) uint32_t lanes[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), sums);
    for (const uint32_t lane : lanes) total += lane;
  }
  return total + totalGreyPlain(pixel + i * 3, count - i);
}

AVX2 void saturateAvx2(uint8_t* pixel, size_t count, float factor) {
  const __m256 f = _mm256_set1_ps(factor);
  const __m256i close = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  size_t i = 0;
  for (; i + 10 <= count; i += 8, pixel += 24) {
    const Eight was = take(pixel);
    const __m256 level = _mm256_cvtepi32_ps(greyOf(was));
    const __m256i r = mixOf(level, was.r, f), g = mixOf(level, was.g, f), b = mixOf(level, was.b, f);
    const __m256i four = _mm256_or_si256(_mm256_or_si256(r, _mm256_slli_epi32(g, 8)), _mm256_slli_epi32(b, 16));
    const __m256i bytes = _mm256_shuffle_epi8(four, close);
    alignas(32) uint8_t made[32];
    _mm256_store_si256(reinterpret_cast<__m256i*>(made), bytes);
    std::memcpy(pixel, made, 12);
    std::memcpy(pixel + 12, made + 16, 12);
  }
  saturatePlain(pixel, count - i, factor);
}

AVX2 void blendAvx2(uint8_t* byte, size_t count, float level, float factor) {
  const __m256 plain = _mm256_set1_ps(level), f = _mm256_set1_ps(factor);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i eight = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(byte + i));
    const __m256i mixed = mixOf(plain, _mm256_cvtepu8_epi32(eight), f);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(mixed), _mm256_extracti128_si256(mixed, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(byte + i), _mm_packus_epi16(words, words));
  }
  blendPlain(byte + i, count - i, level, factor);
}

const bool kAvx2 = __builtin_cpu_supports("avx2");
const auto totalGrey = kAvx2 ? totalGreyAvx2 : totalGreyPlain;
const auto blend = kAvx2 ? blendAvx2 : blendPlain;
const auto saturatePixels = kAvx2 ? saturateAvx2 : saturatePlain;
#else
const auto totalGrey = totalGreyPlain;
const auto blend = blendPlain;
const auto saturatePixels = saturatePlain;
#endif

}  // namespace

void brighten(Image& picture, double factor) {
  blend(picture.row(0), picture.byteLength(), 0, static_cast<float>(factor));
}

void contrast(Image& picture, double factor) {
  const size_t count = picture.byteLength() / 3;
  const uint64_t total = totalGrey(picture.row(0), count);
  const double mean = count == 0 ? 0 : static_cast<double>(total) / static_cast<double>(count);
  const auto level = static_cast<float>(static_cast<int>(mean + 0.5));
  blend(picture.row(0), picture.byteLength(), level, static_cast<float>(factor));
}

void saturate(Image& picture, double factor) {
  saturatePixels(picture.row(0), picture.byteLength() / 3, static_cast<float>(factor));
}

}  // namespace image
