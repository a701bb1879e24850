// What a tensor is, and its data in and out of JavaScript.
#pragma once

#include <node_api.h>

namespace bridge {
void registerTensor(napi_env env, napi_value exports);
}
