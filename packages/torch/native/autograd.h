// Gradients: the tape is libtorch's; these are its handles.
#pragma once

#include <node_api.h>

namespace bridge {
void registerAutograd(napi_env env, napi_value exports);
}
