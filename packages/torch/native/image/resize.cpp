// Two passes, across and then down, each a weighted mean under a triangle that is as wide as the shrinking factor
// (never narrower than one pixel, so enlarging is ordinary bilinear). Weights are 22-bit fixed point and the value
// between the passes is rounded to 8 bits: the arithmetic that Pillow's BILINEAR uses, to which results agree.
#include "resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace image {
namespace {

constexpr int kBits = 22;
constexpr int32_t kHalf = 1 << (kBits - 1);
constexpr int kNoLimit = std::numeric_limits<int>::max();
/** Bytes that may be read and written behind a row. */
constexpr size_t kOver = Image::kSlack;

uint8_t clip(int32_t sum) {
  const int32_t value = sum >> kBits;
  return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

/** Source pixels are taken from first .. last - 1 only: what lies outside the box never bleeds in. */
void makeTaps(double from, double extent, int first, int last, int target, int begin, int count, Taps& taps,
              std::vector<double>& exact) {
  const double scale = extent / target;
  const double width = std::max(scale, 1.0);  // half the base of the triangle, in source pixels
  const int stride = static_cast<int>(std::ceil(width)) * 2 + 1;
  taps.stride = stride;
  taps.starts.resize(count);
  taps.lengths.resize(count);
  taps.weights.assign(static_cast<size_t>(count) * stride, 0);
  exact.resize(stride);
  for (int i = 0; i < count; i++) {
    const double centre = from + (begin + i + 0.5) * scale;
    int low = static_cast<int>(std::floor(centre - width + 0.5));
    int high = static_cast<int>(std::floor(centre + width + 0.5));
    low = std::min(std::max(low, first), last - 1);
    high = std::max(std::min(high, last), low + 1);
    double total = 0;
    for (int x = low; x < high; x++) {
      const double distance = std::abs((x - centre + 0.5) / width);
      exact[x - low] = distance < 1 ? 1 - distance : 0;
      total += exact[x - low];
    }
    if (total <= 0) exact[0] = total = 1;
    int32_t* row = taps.weights.data() + static_cast<size_t>(i) * stride;
    for (int x = 0; x < high - low; x++) {
      row[x] = static_cast<int32_t>(std::lround(exact[x] / total * (1 << kBits)));
    }
    taps.starts[i] = low;
    taps.lengths[i] = high - low;
  }
}

using AcrossRow = void (*)(const uint8_t* in, const Taps& taps, int count, uint8_t* out);
using DownRows = void (*)(const uint8_t* first, size_t stride, const Taps& taps, int row, size_t count, uint8_t* out);

void acrossRowPlain(const uint8_t* in, const Taps& taps, int count, uint8_t* out) {
  for (int i = 0; i < count; i++) {
    const uint8_t* pixel = in + taps.starts[i] * 3;
    const int32_t* weight = taps.weights.data() + static_cast<size_t>(i) * taps.stride;
    const int length = taps.lengths[i];
    int32_t r = kHalf, g = kHalf, b = kHalf;
    for (int k = 0; k < length; k++, pixel += 3) {
      const int32_t w = weight[k];
      r += pixel[0] * w;
      g += pixel[1] * w;
      b += pixel[2] * w;
    }
    out[i * 3] = clip(r);
    out[i * 3 + 1] = clip(g);
    out[i * 3 + 2] = clip(b);
  }
}

void downRowsPlain(const uint8_t* first, size_t stride, const Taps& taps, int row, size_t count, uint8_t* out) {
  const int32_t* weight = taps.weights.data() + static_cast<size_t>(row) * taps.stride;
  constexpr size_t kAtOnce = 64;  // few enough to stay in the nearest cache
  int32_t sums[kAtOnce];
  for (size_t x = 0; x < count; x += kAtOnce) {
    const size_t columns = std::min(kAtOnce, count - x);
    std::fill_n(sums, columns, kHalf);
    for (int k = 0; k < taps.lengths[row]; k++) {
      const uint8_t* from = first + stride * k + x;
      for (size_t i = 0; i < columns; i++) sums[i] += from[i] * weight[k];
    }
    for (size_t i = 0; i < columns; i++) out[x + i] = clip(sums[i]);
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
// A weight of 22 bits is two of 11, which multiply 16-bit numbers: sum(p * w) = sum(p * low) + 2048 * sum(p * high), to the
// last bit, and one instruction does sixteen of either with half of their additions. Both functions read and write up to
// kOver bytes behind their rows, which Image and the scratch keep allocated: what is read there has the weight 0, and what
// is written there the next row overwrites.
const bool kAvx2 = __builtin_cpu_supports("avx2");
constexpr int kMostGroups = 32;
#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

/**
 * Lays the weights out as the registers want them: of every four taps the low halves, two and two, each pair four times,
 * and then the high halves. All results get as many taps as the one that needs most, the others with the weight 0; those
 * that would reach beyond `limit` begin earlier instead. False for a result of so many taps that the layout, four times as
 * large as the weights, would cost more than it gives, and for a processor that has no such registers.
 */
bool spread(Taps& taps, int limit) {
  int longest = 0;
  for (const int length : taps.lengths) longest = std::max(longest, length);
  taps.groups = (longest + 3) / 4;
  if (!kAvx2 || taps.groups > kMostGroups) return false;
  const size_t count = taps.lengths.size(), fours = (count + 3) / 4 * 4;
  taps.firsts.assign(fours, 0);
  taps.halves.assign(fours * taps.groups * 32, 0);
  for (size_t i = 0; i < count; i++) {
    const int first = std::max(0, std::min(taps.starts[i], limit - 4 * taps.groups));
    taps.firsts[i] = first * 3;
    const int32_t* weight = taps.weights.data() + i * taps.stride;
    int16_t* halves = taps.halves.data() + i * taps.groups * 32;
    for (int k = 0; k < taps.lengths[i]; k++) {
      const int x = k + taps.starts[i] - first;
      int16_t* at = halves + x / 4 * 32 + x % 4 / 2 * 8 + x % 2;
      for (int copy = 0; copy < 8; copy += 2) {
        at[copy] = static_cast<int16_t>(weight[k] & 2047);
        at[copy + 16] = static_cast<int16_t>(weight[k] >> 11);
      }
    }
  }
  return true;
}

AVX2_INLINE __m256i load(const int16_t* halves) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves));
}

/** Sums without their last bits; high halves count 2048 times. */
AVX2_INLINE __m256i together(__m256i low, __m256i high) { return _mm256_add_epi32(low, _mm256_slli_epi32(high, 11)); }

/** One result: its colours, and a number that means nothing. Four source pixels at once. */
AVX2_INLINE __m128i acrossOne(const uint8_t* pixel, const int16_t* halves, int groups) {
  const char no = -128;
  const __m256i pairs =
      _mm256_setr_epi8(0, no, 3, no, 1, no, 4, no, 2, no, 5, no, no, no, no, no,  //
                       6, no, 9, no, 7, no, 10, no, 8, no, 11, no, no, no, no, no);
  __m256i low = _mm256_setzero_si256(), high = low;
  for (int group = 0; group < groups; group++, pixel += 12, halves += 32) {
    const __m256i bytes = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel)));
    const __m256i colours = _mm256_shuffle_epi8(bytes, pairs);
    low = _mm256_add_epi32(low, _mm256_madd_epi16(colours, load(halves)));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(colours, load(halves + 16)));
  }
  const __m256i sums = together(low, high);
  const __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  return _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(kHalf)), kBits);
}

AVX2_INLINE void acrossFours(const uint8_t* in, const Taps& taps, int count, uint8_t* out, int groups) {
  const char no = -128;
  const __m128i close = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, no, no, no, no);
  const int* first = taps.firsts.data();
  const int16_t* halves = taps.halves.data();
  const int step = groups * 32;
  for (int i = 0; i < count; i += 4, first += 4, halves += 4 * step, out += 12) {
    const __m128i a = acrossOne(in + first[0], halves, groups);
    const __m128i b = acrossOne(in + first[1], halves + step, groups);
    const __m128i c = acrossOne(in + first[2], halves + 2 * step, groups);
    const __m128i d = acrossOne(in + first[3], halves + 3 * step, groups);
    const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(bytes, close));
  }
}

AVX2 void acrossRowAvx2(const uint8_t* in, const Taps& taps, int count, uint8_t* out) {
  // What training and evaluation do nearly always, without a loop inside.
  if (taps.groups == 1) return acrossFours(in, taps, count, out, 1);
  if (taps.groups == 2) return acrossFours(in, taps, count, out, 2);
  acrossFours(in, taps, count, out, taps.groups);
}

/** Two rows at once, sixteen bytes of each. */
AVX2 void downRowsAvx2(const uint8_t* first, size_t stride, const Taps& taps, int row, size_t count, uint8_t* out) {
  const int length = taps.lengths[row];
  for (size_t x = 0; x < count; x += 16) {
    const int16_t* halves = taps.halves.data() + static_cast<size_t>(row) * taps.groups * 32;
    __m256i low0 = _mm256_setzero_si256(), low1 = low0, high0 = low0, high1 = low0;
    for (int k = 0; k < length; k += 2) {
      const uint8_t* at = first + stride * k + x;
      const uint8_t* below = k + 1 < length ? at + stride : at;
      const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(below));
      const __m256i left = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(a, b));
      const __m256i right = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(a, b));
      const int16_t* pair = halves + k / 4 * 32 + k % 4 / 2 * 8;
      const __m256i weightLow = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pair)));
      const __m256i weightHigh =
          _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pair + 16)));
      low0 = _mm256_add_epi32(low0, _mm256_madd_epi16(left, weightLow));
      low1 = _mm256_add_epi32(low1, _mm256_madd_epi16(right, weightLow));
      high0 = _mm256_add_epi32(high0, _mm256_madd_epi16(left, weightHigh));
      high1 = _mm256_add_epi32(high1, _mm256_madd_epi16(right, weightHigh));
    }
    const __m256i half = _mm256_set1_epi32(kHalf);
    const __m256i left = _mm256_srai_epi32(_mm256_add_epi32(together(low0, high0), half), kBits);
    const __m256i right = _mm256_srai_epi32(_mm256_add_epi32(together(low1, high1), half), kBits);
    const __m256i words = _mm256_packs_epi32(left, right);
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x), bytes);
  }
}

#else
constexpr auto acrossRowAvx2 = acrossRowPlain;
constexpr auto downRowsAvx2 = downRowsPlain;
bool spread(Taps&, int) { return false; }
#endif

}  // namespace

Region sourceOf(const ResizePlan& plan) {
  const auto span = [](double from, double extent, int target, int begin, int count, int& low, int& high) {
    const double scale = extent / target, width = std::max(scale, 1.0) + 1;
    low = std::max(static_cast<int>(std::floor(from)), static_cast<int>(std::floor(from + begin * scale - width)));
    high = std::min(static_cast<int>(std::ceil(from + extent)),
                    static_cast<int>(std::ceil(from + (begin + count) * scale + width)));
  };
  Region region;
  span(plan.box.left, plan.box.width, plan.target.width, plan.window.left, plan.window.width, region.left, region.right);
  span(plan.box.top, plan.box.height, plan.target.height, plan.window.top, plan.window.height, region.top, region.bottom);
  return region;
}

void resize(const Image& source, const ResizePlan& plan, Image& out, ResizeScratch& scratch) {
  const Box& box = plan.box;
  const Window& window = plan.window;
  if (!(box.width > 0) || !(box.height > 0) || plan.target.width < 1 || plan.target.height < 1 ||
      window.width < 1 || window.height < 1 || source.width < 1 || source.height < 1) {
    throw std::invalid_argument("resize: the box, the target and the window must not be empty");
  }
  const int right = plan.left + source.width, bottom = plan.top + source.height;
  const int firstX = std::max(plan.left, static_cast<int>(std::floor(box.left)));
  const int firstY = std::max(plan.top, static_cast<int>(std::floor(box.top)));
  const int lastX = std::max(firstX + 1, std::min(right, static_cast<int>(std::ceil(box.left + box.width))));
  const int lastY = std::max(firstY + 1, std::min(bottom, static_cast<int>(std::ceil(box.top + box.height))));

  Taps &down = scratch.down, &across = scratch.across;
  makeTaps(box.top, box.height, firstY, lastY, plan.target.height, window.top, window.height, down, scratch.exact);
  makeTaps(box.left, box.width, firstX, lastX, plan.target.width, window.left, window.width, across, scratch.exact);
  for (int& start : down.starts) start -= plan.top;
  for (int& start : across.starts) start -= plan.left;
  const DownRows downRows = spread(down, kNoLimit) ? downRowsAvx2 : downRowsPlain;
  const AcrossRow acrossRow = spread(across, source.width) ? acrossRowAvx2 : acrossRowPlain;
  // Only the rows that some result row takes from.
  int low = source.height, high = 0;
  for (int i = 0; i < window.height; i++) {
    low = std::min(low, down.starts[i]);
    high = std::max(high, down.starts[i] + down.lengths[i]);
  }
  const size_t rowBytes = static_cast<size_t>(window.width) * 3;
  const size_t stride = rowBytes + kOver;
  scratch.rows.resize(stride * (high - low));
  for (int y = low; y < high; y++) {
    acrossRow(source.row(y), across, window.width, scratch.rows.data() + stride * (y - low));
  }

  out.allocate(window.width, window.height);
  for (int i = 0; i < window.height; i++) {
    downRows(scratch.rows.data() + stride * (down.starts[i] - low), stride, down, i, rowBytes, out.row(i));
  }
}

}  // namespace image
