// Two passes, across and then down, each a weighted mean under a triangle that is as wide as the shrinking factor
// (never narrower than one pixel, so enlarging is ordinary bilinear). Weights are 22-bit fixed point and the value
// between the passes is rounded to 8 bits: the arithmetic that Pillow's BILINEAR uses, to which results agree.
#include "resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace image {
namespace {

constexpr int kBits = 22;
constexpr int32_t kHalf = 1 << (kBits - 1);

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

#if defined(__x86_64__) && defined(__GNUC__)
/** The same sums, three colours at once; reads one byte beyond the last pixel, which Image keeps allocated. */
__attribute__((target("sse4.1"))) void acrossRowSse(const uint8_t* in, const Taps& taps, int count, uint8_t* out) {
  for (int i = 0; i < count; i++) {
    const uint8_t* pixel = in + taps.starts[i] * 3;
    const int32_t* weight = taps.weights.data() + static_cast<size_t>(i) * taps.stride;
    const int length = taps.lengths[i];
    __m128i sum = _mm_set1_epi32(kHalf);
    for (int k = 0; k < length; k++, pixel += 3) {
      int32_t bytes;
      std::memcpy(&bytes, pixel, 4);
      const __m128i colours = _mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes));
      sum = _mm_add_epi32(sum, _mm_mullo_epi32(colours, _mm_set1_epi32(weight[k])));
    }
    const __m128i shifted = _mm_srai_epi32(sum, kBits);
    const __m128i packed = _mm_packus_epi16(_mm_packs_epi32(shifted, shifted), shifted);
    const auto result = static_cast<uint32_t>(_mm_cvtsi128_si32(packed));
    out[i * 3] = static_cast<uint8_t>(result);
    out[i * 3 + 1] = static_cast<uint8_t>(result >> 8);
    out[i * 3 + 2] = static_cast<uint8_t>(result >> 16);
  }
}
const AcrossRow acrossRow = __builtin_cpu_supports("sse4.1") ? acrossRowSse : acrossRowPlain;
#else
const AcrossRow acrossRow = acrossRowPlain;
#endif

// One binary for every x86-64 CPU: the dynamic linker picks the wider version where the CPU has it.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define PER_CPU __attribute__((target_clones("avx2", "default")))
#else
#define PER_CPU
#endif

PER_CPU void addRow(const uint8_t* in, int32_t weight, size_t count, int32_t* sums) {
  for (size_t x = 0; x < count; x++) sums[x] += in[x] * weight;
}

PER_CPU void clipRow(const int32_t* sums, size_t count, uint8_t* out) {
  for (size_t x = 0; x < count; x++) out[x] = clip(sums[x]);
}

}  // namespace

void resize(const Image& source, const ResizePlan& plan, Image& out, ResizeScratch& scratch) {
  const Box& box = plan.box;
  const Window& window = plan.window;
  if (!(box.width > 0) || !(box.height > 0) || plan.target.width < 1 || plan.target.height < 1 ||
      window.width < 1 || window.height < 1 || source.width < 1 || source.height < 1) {
    throw std::invalid_argument("resize: the box, the target and the window must not be empty");
  }
  const int firstX = std::max(0, static_cast<int>(std::floor(box.left)));
  const int firstY = std::max(0, static_cast<int>(std::floor(box.top)));
  const int lastX = std::max(firstX + 1, std::min(source.width, static_cast<int>(std::ceil(box.left + box.width))));
  const int lastY = std::max(firstY + 1, std::min(source.height, static_cast<int>(std::ceil(box.top + box.height))));

  Taps &down = scratch.down, &across = scratch.across;
  makeTaps(box.top, box.height, firstY, lastY, plan.target.height, window.top, window.height, down, scratch.exact);
  makeTaps(box.left, box.width, firstX, lastX, plan.target.width, window.left, window.width, across, scratch.exact);
  // Only the rows that some result row takes from.
  int low = source.height, high = 0;
  for (int i = 0; i < window.height; i++) {
    low = std::min(low, down.starts[i]);
    high = std::max(high, down.starts[i] + down.lengths[i]);
  }
  const size_t rowBytes = static_cast<size_t>(window.width) * 3;
  scratch.rows.resize(rowBytes * (high - low));
  for (int y = low; y < high; y++) {
    acrossRow(source.row(y), across, window.width, scratch.rows.data() + rowBytes * (y - low));
  }

  out.allocate(window.width, window.height);
  std::vector<int32_t>& sums = scratch.sums;
  sums.resize(rowBytes);
  for (int i = 0; i < window.height; i++) {
    std::fill(sums.begin(), sums.end(), kHalf);
    const int32_t* weight = down.weights.data() + static_cast<size_t>(i) * down.stride;
    for (int k = 0; k < down.lengths[i]; k++) {
      addRow(scratch.rows.data() + rowBytes * (down.starts[i] + k - low), weight[k], rowBytes, sums.data());
    }
    clipRow(sums.data(), rowBytes, out.row(i));
  }
}

}  // namespace image
