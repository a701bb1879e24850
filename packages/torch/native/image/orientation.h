// Which way up a camera held the picture: tag 0x0112 of EXIF 2.3, values 1 to 8.
#pragma once

#include "image.h"

namespace image {

/**
 * The orientation in an EXIF block (TIFF header, either byte order), or 1 when there is none or it makes no sense:
 * a damaged note about a picture is no damage to the picture.
 */
int exifOrientation(const uint8_t* bytes, size_t length);

/** Orientations 5 to 8 lie on their side. */
inline bool swapsSides(int orientation) { return orientation >= 5; }

/** Turns `source` upright into `out`. */
void applyOrientation(const Image& source, int orientation, Image& out);

}  // namespace image
