// The library as a whole: version, threads, memory policy, random state.
#pragma once

#include <node_api.h>

namespace bridge {
void registerRuntime(napi_env env, napi_value exports);
}
