// Where the floats of a batch lie. A batch of photographs is larger than what the C library keeps for the next request:
// it would be taken from the kernel page by page, and given back, once per batch, a tenth of the time that decoding takes.
#pragma once

#include <ATen/ATen.h>

#include "image.h"

namespace image {

/** An uninitialised float32 tensor (count, 3, height, width). The memory of freed ones is kept for the next of that size. */
at::Tensor emptyBatch(int64_t count, Size size, at::MemoryFormat format);

}  // namespace image
