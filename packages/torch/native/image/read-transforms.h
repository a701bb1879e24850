// The transform list as JavaScript writes it: [{ kind: 'randomCrop', size: [32, 32], padding: 4 }, ...].
#pragma once

#include <node_api.h>

#include <vector>

#include "pipeline.h"

namespace image {

/** Sizes are [height, width]. The TypeScript side has checked the values; throws std::invalid_argument otherwise. */
std::vector<Transform> readTransforms(napi_env env, napi_value list);

}  // namespace image
