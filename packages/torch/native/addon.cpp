// What the addon exports, and the order in which its parts come up.
#include <node_api.h>

#include "autograd.h"
#include "dispatch.h"
#include "handle.h"
#include "image/image-api.h"
#include "runtime.h"
#include "tensor.h"

NAPI_MODULE_INIT() {
  return bridge::guard(env, [&] {
    bridge::registerHandles(env, exports);
    bridge::registerRuntime(env, exports);
    bridge::registerTensor(env, exports);
    bridge::registerDispatch(env, exports);
    bridge::registerAutograd(env, exports);
    registerImage(env, exports);
    return exports;
  });
}
