// A tensor that a module trains. Agrees with torch.nn.Parameter.

import { Tensor } from '../index.ts'

/**
 * Takes over the handle of `tensor`, which is disposed by that: there is one owner, the module. A parameter belongs to
 * no scope, wherever it was made; it lives until its module is disposed. A tensor with a history is cut off from it.
 */
export class Parameter extends Tensor {
  constructor(tensor: Tensor, options: { requiresGrad?: boolean } = {}) {
    super(leaf(tensor).release())
    this.moveTo(null)
    this.requiresGrad_(options.requiresGrad ?? true)
  }
}

function leaf(tensor: Tensor): Tensor {
  if (!tensor.requiresGrad) return tensor
  const detached = tensor.detach()
  tensor.dispose()
  return detached
}
