// Brightness, contrast and saturation of 8-bit RGB, as Pillow's ImageEnhance and torchvision's ColorJitter.
#pragma once

#include "image.h"

namespace image {

/** Each mixes the picture with a plainer one: factor 0 is the plain one, 1 the picture, more goes beyond it. */
void brighten(Image& picture, double factor);   // plain = black
void contrast(Image& picture, double factor);   // plain = the mean grey of the picture
void saturate(Image& picture, double factor);   // plain = the grey of each pixel

}  // namespace image
