// A list of transforms that turns any picture into one float32 image of a fixed size.
#pragma once

#include <variant>
#include <vector>

#include "counter-random.h"
#include "image.h"
#include "resize.h"

namespace image {

struct RandomResizedCrop {
  Size size;
  double scale[2];  // share of the area
  double ratio[2];  // width / height
};
struct Resize {
  Size size;
};
struct ResizeShorter {
  int size;
};
struct CenterCrop {
  Size size;
};
struct RandomCrop {
  Size size;
  int padding;  // black pixels added on each side
};
struct HorizontalFlip {
  double probability;
};
struct ColorJitter {
  double brightness, contrast, saturation;  // factors are drawn from 1 - x .. 1 + x, never below 0
};
struct Rotation {
  double degrees;  // drawn from -degrees .. degrees
};
struct Normalize {
  float mean[3], std[3];
};
struct Cutout {
  int size;  // the square's side; the square may hang over the edge
};

using Transform = std::variant<RandomResizedCrop, Resize, ResizeShorter, CenterCrop, RandomCrop, HorizontalFlip,
                               ColorJitter, Rotation, Normalize, Cutout>;

enum class Layout { planar, interleaved };  // (3, H, W) and (H, W, 3): contiguous and channels-last tensors

/** Buffers that one worker thread uses for image after image. */
struct Workspace {
  Image current, other;
  ResizeScratch scratch;
};

class Pipeline {
 public:
  explicit Pipeline(std::vector<Transform> transforms);

  /**
   * Writes size.width * size.height * 3 floats to `out`. Throws ImageError("size") when the image that the
   * transforms end with has another size, or is too small for a random crop.
   */
  void run(Picture& picture, CounterRandom random, Size size, Layout layout, float* out, Workspace& work) const;

 private:
  std::vector<Transform> transforms_;
  float levels_[3][256];  // what each byte becomes, per colour
};

}  // namespace image
