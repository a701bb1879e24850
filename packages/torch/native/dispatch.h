// Every operator of the library through one function.
#pragma once

#include <node_api.h>

namespace bridge {
void registerDispatch(napi_env env, napi_value exports);
}
