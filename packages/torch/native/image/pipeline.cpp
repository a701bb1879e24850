// Runs a list of transforms on one picture. Random draws follow the order of the list, so equal (seed, epoch,
// position) give equal images. Meanings are torchvision's; where two transforms can be done as one without changing
// a pixel (resize the shorter side, then cut the middle), only the part that survives is made.
#include "pipeline.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "colour.h"
#include "crop.h"
#include "image-error.h"

namespace image {
namespace {

std::string describe(Size size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

ResizePlan whole(Box box, Size target) { return {box, target, {0, 0, target.width, target.height}}; }

/** Ten tries at a box of random area and shape, then the largest allowed box in the middle. */
Box chooseBox(const RandomResizedCrop& t, Size size, CounterRandom& random) {
  const double area = static_cast<double>(size.width) * size.height;
  const double logLow = std::log(t.ratio[0]), logHigh = std::log(t.ratio[1]);
  for (int attempt = 0; attempt < 10; attempt++) {
    const double target = area * random.uniform(t.scale[0], t.scale[1]);
    const double ratio = std::exp(random.uniform(logLow, logHigh));
    const int width = static_cast<int>(std::nearbyint(std::sqrt(target * ratio)));
    const int height = static_cast<int>(std::nearbyint(std::sqrt(target / ratio)));
    if (width < 1 || height < 1 || width > size.width || height > size.height) continue;
    const double top = random.below(static_cast<uint32_t>(size.height - height + 1));
    const double left = random.below(static_cast<uint32_t>(size.width - width + 1));
    return {left, top, static_cast<double>(width), static_cast<double>(height)};
  }
  int width = size.width, height = size.height;
  const double ratio = static_cast<double>(width) / height;
  if (ratio < t.ratio[0]) {
    height = std::max(1, static_cast<int>(std::nearbyint(width / t.ratio[0])));
  } else if (ratio > t.ratio[1]) {
    width = std::max(1, static_cast<int>(std::nearbyint(height * t.ratio[1])));
  }
  height = std::min(height, size.height);
  width = std::min(width, size.width);
  return {static_cast<double>((size.width - width) / 2), static_cast<double>((size.height - height) / 2),
          static_cast<double>(width), static_cast<double>(height)};
}

/** The corner of a centred window along one axis; halves go to the even side as Python rounds. */
int centred(int extent, int window) {
  if (window > extent) return -((window - extent) / 2);
  return static_cast<int>(std::nearbyint((extent - window) / 2.0));
}

/**
 * The resampling that starts at transforms[index], if one does; `used` says how many transforms it covers.
 */
bool planResize(const std::vector<Transform>& transforms, size_t index, Size size, CounterRandom& random,
                ResizePlan& plan, size_t& used) {
  const Box all = {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  used = 1;
  if (const auto* t = std::get_if<RandomResizedCrop>(&transforms[index])) {
    plan = whole(chooseBox(*t, size, random), t->size);
    return true;
  }
  Size target;
  if (const auto* t = std::get_if<Resize>(&transforms[index])) {
    target = t->size;
  } else if (const auto* t = std::get_if<ResizeShorter>(&transforms[index])) {
    const int shorter = std::min(size.width, size.height);
    const int64_t longer = std::max(size.width, size.height);
    const int64_t scaled = std::max<int64_t>(1, t->size * longer / shorter);
    if (scaled > 65535) throw ImageError("size", "an image of " + describe(size) + " is too narrow to resize");
    target = size.width <= size.height ? Size{t->size, static_cast<int>(scaled)}
                                       : Size{static_cast<int>(scaled), t->size};
  } else {
    return false;
  }
  plan = whole(all, target);
  if (index + 1 < transforms.size()) {
    if (const auto* c = std::get_if<CenterCrop>(&transforms[index + 1])) {
      if (c->size.width <= target.width && c->size.height <= target.height) {
        plan.window = {centred(target.width, c->size.width), centred(target.height, c->size.height), c->size.width,
                       c->size.height};
        used = 2;
      }
    }
  }
  return true;
}

/**
 * How much smaller a JPEG may be decoded: the box must keep at least twice the pixels along each side that the
 * result needs, so that the triangle still decides what the result looks like.
 */
int permittedDenominator(const ResizePlan& plan) {
  int denominator = 1;
  while (denominator < 8 && plan.box.width >= 4.0 * denominator * plan.target.width &&
         plan.box.height >= 4.0 * denominator * plan.target.height) {
    denominator *= 2;
  }
  return denominator;
}

bool isIdentity(const ResizePlan& plan, const Image& picture) {
  return plan.box.left == 0 && plan.box.top == 0 && plan.box.width == picture.width &&
         plan.box.height == picture.height && plan.target.width == picture.width &&
         plan.target.height == picture.height && plan.window.width == picture.width &&
         plan.window.height == picture.height;
}

void jitter(const ColorJitter& t, CounterRandom& random, Image& picture) {
  // A random order of the three, then one factor for each, drawn whether it is used or not.
  int order[3] = {0, 1, 2};
  for (int i = 2; i > 0; i--) std::swap(order[i], order[random.below(static_cast<uint32_t>(i + 1))]);
  const double strengths[3] = {t.brightness, t.contrast, t.saturation};
  double factors[3];
  for (int i = 0; i < 3; i++) factors[i] = random.uniform(std::max(0.0, 1 - strengths[i]), 1 + strengths[i]);
  for (const int which : order) {
    if (strengths[which] == 0) continue;
    if (which == 0) brighten(picture, factors[0]);
    if (which == 1) contrast(picture, factors[1]);
    if (which == 2) saturate(picture, factors[2]);
  }
}

void writePlanar(const Image& picture, const float levels[3][256], float* out) {
  const size_t area = static_cast<size_t>(picture.width) * picture.height;
  const uint8_t* pixel = picture.row(0);
  float *r = out, *g = out + area, *b = out + 2 * area;
  for (size_t i = 0; i < area; i++, pixel += 3) {
    r[i] = levels[0][pixel[0]];
    g[i] = levels[1][pixel[1]];
    b[i] = levels[2][pixel[2]];
  }
}

void writeInterleaved(const Image& picture, const float levels[3][256], float* out) {
  const size_t area = static_cast<size_t>(picture.width) * picture.height;
  const uint8_t* pixel = picture.row(0);
  for (size_t i = 0; i < area; i++, pixel += 3, out += 3) {
    out[0] = levels[0][pixel[0]];
    out[1] = levels[1][pixel[1]];
    out[2] = levels[2][pixel[2]];
  }
}

/** Zeroes a square around a random centre (DeVries and Taylor 2017): zero after normalisation is the mean colour. */
void cutOut(const Cutout& t, CounterRandom& random, Size size, Layout layout, float* out) {
  const int centreY = static_cast<int>(random.below(static_cast<uint32_t>(size.height)));
  const int centreX = static_cast<int>(random.below(static_cast<uint32_t>(size.width)));
  const int top = std::max(0, centreY - t.size / 2), bottom = std::min(size.height, centreY - t.size / 2 + t.size);
  const int left = std::max(0, centreX - t.size / 2), right = std::min(size.width, centreX - t.size / 2 + t.size);
  if (left >= right) return;
  const size_t area = static_cast<size_t>(size.width) * size.height;
  for (int y = top; y < bottom; y++) {
    const size_t first = static_cast<size_t>(y) * size.width + left;
    const size_t count = static_cast<size_t>(right - left);
    if (layout == Layout::interleaved) {
      std::fill_n(out + first * 3, count * 3, 0.0f);
    } else {
      for (int channel = 0; channel < 3; channel++) std::fill_n(out + channel * area + first, count, 0.0f);
    }
  }
}

}  // namespace

Pipeline::Pipeline(std::vector<Transform> transforms) : transforms_(std::move(transforms)) {
  Normalize n = {{0, 0, 0}, {1, 1, 1}};
  for (const Transform& t : transforms_) {
    if (const auto* given = std::get_if<Normalize>(&t)) n = *given;
  }
  for (int channel = 0; channel < 3; channel++) {
    for (int i = 0; i < 256; i++) levels_[channel][i] = (i / 255.0f - n.mean[channel]) / n.std[channel];
  }
}

void Pipeline::run(Picture& picture, CounterRandom random, Size size, Layout layout, float* out,
                   Workspace& work) const {
  Image* current = &work.current;
  Image* other = &work.other;
  const Size given = picture.size();
  size_t index = 0;
  ResizePlan plan;
  size_t used = 0;
  if (!transforms_.empty() && planResize(transforms_, 0, given, random, plan, used)) {
    const int denominator = permittedDenominator(plan);
    if (denominator == 1) {
      const Region part = picture.part(sourceOf(plan), *current);
      plan.left = part.left;
      plan.top = part.top;
    } else {
      picture.pixels(denominator, *current);
      const double scaleX = static_cast<double>(current->width) / given.width;
      const double scaleY = static_cast<double>(current->height) / given.height;
      plan.box = {plan.box.left * scaleX, plan.box.top * scaleY, plan.box.width * scaleX, plan.box.height * scaleY};
    }
    if (!isIdentity(plan, *current)) {
      resize(*current, plan, *other, work.scratch);
      std::swap(current, other);
    }
    index = used;
  } else {
    picture.pixels(1, *current);
  }

  const Cutout* cutout = nullptr;
  for (; index < transforms_.size(); index += used) {
    used = 1;
    const Transform& transform = transforms_[index];
    const Size now = {current->width, current->height};
    if (planResize(transforms_, index, now, random, plan, used)) {
      if (isIdentity(plan, *current)) continue;
      resize(*current, plan, *other, work.scratch);
      std::swap(current, other);
    } else if (const auto* t = std::get_if<CenterCrop>(&transform)) {
      crop(*current, centred(now.width, t->size.width), centred(now.height, t->size.height), t->size.width,
           t->size.height, *other);
      std::swap(current, other);
    } else if (const auto* t = std::get_if<RandomCrop>(&transform)) {
      const int roomX = now.width + 2 * t->padding - t->size.width;
      const int roomY = now.height + 2 * t->padding - t->size.height;
      if (roomX < 0 || roomY < 0) {
        throw ImageError("size", "an image of " + describe(now) + " with " + std::to_string(t->padding) +
                                     " pixels of padding is smaller than the random crop of " + describe(t->size) +
                                     ": put a resize before the crop");
      }
      const int top = static_cast<int>(random.below(static_cast<uint32_t>(roomY + 1))) - t->padding;
      const int left = static_cast<int>(random.below(static_cast<uint32_t>(roomX + 1))) - t->padding;
      crop(*current, left, top, t->size.width, t->size.height, *other);
      std::swap(current, other);
    } else if (const auto* t = std::get_if<HorizontalFlip>(&transform)) {
      if (random.uniform() < t->probability) mirror(*current);
    } else if (const auto* t = std::get_if<ColorJitter>(&transform)) {
      jitter(*t, random, *current);
    } else if (const auto* t = std::get_if<Rotation>(&transform)) {
      rotate(*current, random.uniform(-t->degrees, t->degrees), *other);
      std::swap(current, other);
    } else if (const auto* t = std::get_if<Cutout>(&transform)) {
      cutout = t;
    }
  }

  if (current->width != size.width || current->height != size.height) {
    throw ImageError("size", "the transforms made an image of " + describe({current->width, current->height}) +
                                 " where the batch needs " + describe(size) +
                                 ": end them with a crop or a resize to that size");
  }
  if (layout == Layout::planar) {
    writePlanar(*current, levels_, out);
  } else {
    writeInterleaved(*current, levels_, out);
  }
  if (cutout != nullptr) cutOut(*cutout, random, size, layout, out);
  constexpr size_t keep = 16u << 20;
  work.current.shrink(keep);
  work.other.shrink(keep);
}

}  // namespace image
