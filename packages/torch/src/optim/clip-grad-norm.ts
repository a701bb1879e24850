// Gradient clipping by the norm over all gradients together. Agrees with torch.nn.utils.clip_grad_norm_.

import { TorchError } from '../errors.ts'
import { call, noGrad, scope, type Tensor } from '../index.ts'

export interface ClipOptions {
  /** 2 by default; Infinity for the largest magnitude. */
  normType?: number
  /** Throw TorchError when the norm is not finite; otherwise it is returned and the gradients stay as they are. */
  errorIfNonFinite?: boolean
}

/** Scales the gradients so that their total norm is at most `maxNorm`. Returns the norm before; 0 without gradients. */
export function clipGradNorm(params: readonly Tensor[], maxNorm: number, options: ClipOptions = {}): number {
  const { normType = 2, errorIfNonFinite = false } = options
  if (!(maxNorm >= 0)) throw new RangeError(`maxNorm must be at least 0, got ${maxNorm}`)
  return scope(() =>
    noGrad(() => {
      const grads = params.flatMap((param) => param.grad ?? [])
      if (grads.length === 0) return 0
      const norms =
        normType === Number.POSITIVE_INFINITY
          ? grads.map((grad) => grad.abs().max())
          : (call('aten::_foreach_norm.Scalar', [grads, normType]) as Tensor[])
      const together = call('aten::stack', [norms, 0]) as Tensor
      const norm = (
        call('aten::linalg_vector_norm', [together, normType, null, false, null]) as Tensor
      ).item()
      if (!Number.isFinite(norm)) {
        if (errorIfNonFinite)
          throw new TorchError('clipGradNorm', [`${grads.length} gradients`], nonFinite(norm))
        return norm
      }
      const factor = maxNorm / (norm + 1e-6)
      if (factor < 1) call('aten::_foreach_mul_.Scalar', [grads, factor])
      return norm
    }),
  )
}

function nonFinite(norm: number): string {
  return `the norm of the gradients is ${norm}: lower the learning rate, or look for bad values in this batch`
}
