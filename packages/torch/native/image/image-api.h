// Image loading for JavaScript: what packages/torch/src/data calls.
#pragma once

#include <node_api.h>

void registerImage(napi_env env, napi_value exports);
