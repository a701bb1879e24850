// Antialiased triangle ("bilinear") resampling of a box of an image.
#pragma once

#include <vector>

#include "image.h"

namespace image {

/** A part of the source, in source pixels; edges may lie between pixels. */
struct Box {
  double left, top, width, height;
};

/** A part of the result, in result pixels. */
struct Window {
  int left, top, width, height;
};

struct ResizePlan {
  Box box;        // what is resampled
  Size target;    // the size that the whole box would get
  Window window;  // the part of that which is made
  int left = 0, top = 0;  // where the given image begins, when it is only a part of the source
};

/** The source pixels that a plan takes, and perhaps a few more. */
Region sourceOf(const ResizePlan& plan);

/** For each result pixel of one axis: which source pixels it takes, and with which weights. */
struct Taps {
  std::vector<int> starts, lengths;
  std::vector<int32_t> weights;
  int stride = 0;  // weights of one result pixel
  // The same weights for wide registers; see spread() in resize.cpp.
  std::vector<int> firsts;  // bytes
  std::vector<int16_t> halves;
  int groups = 0;
};

/** Buffers that one thread uses for resize after resize. */
struct ResizeScratch {
  Taps across, down;
  std::vector<double> exact;
  std::vector<uint8_t> rows;
};

/** Throws std::invalid_argument for an empty box, target or window. */
void resize(const Image& source, const ResizePlan& plan, Image& out, ResizeScratch& scratch);

}  // namespace image
