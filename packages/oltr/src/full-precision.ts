// The head (everything after the last feature map) runs in float32 also where the backbone runs in bfloat16: distances
// and the reachability 1 / gamma lose their meaning at 8 bits of mantissa.

import type { Tensor } from '@oltr/torch'
import { autocast } from '@oltr/torch'

/** Runs `fn` with autocast switched off for the device of `like`. */
export function fullPrecision<T>(like: Tensor, fn: () => T): T {
  const device = like.device.startsWith('cuda') ? 'cuda' : 'cpu'
  return autocast({ device, dtype: 'bfloat16', enabled: false }, fn)
}

/** The dtype in which the head handles `x`: float32, and float64 where `x` has it. */
export function headDtype(x: Tensor): 'float32' | 'float64' {
  return x.dtype === 'float64' ? 'float64' : 'float32'
}
