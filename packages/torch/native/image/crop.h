// Moves that copy pixels without mixing them: crop with zero padding, mirror, rotation by nearest pixel.
#pragma once

#include "image.h"

namespace image {

/** The width x height part whose corner is at (left, top); what lies outside the source is black. */
void crop(const Image& source, int left, int top, int width, int height, Image& out);

/** Left becomes right, in place. */
void mirror(Image& picture);

/**
 * Turns the picture counter-clockwise about its centre, keeping its size; corners become black. Takes the nearest
 * source pixel, as torchvision's RandomRotation does by default.
 */
void rotate(const Image& source, double degrees, Image& out);

}  // namespace image
