// Stochastic gradient descent. Agrees with torch.optim.SGD: v = μ v + (1 − dampening) g, p = p − lr v (v = g in the
// first step), and p = p − lr (g + μ v) with Nesterov's momentum; weight decay is added to the gradient.

import { call, type Tensor } from '../index.ts'
import { type ActiveGroup, type Due, Optimizer, type ParameterGroup, requireSetting } from './optimizer.ts'

export interface SGDSettings {
  lr: number
  momentum: number
  dampening: number
  weightDecay: number
  nesterov: boolean
}

export class SGD extends Optimizer<SGDSettings> {
  /** Throws RangeError for settings out of range, and for nesterov without momentum or with dampening. */
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<SGDSettings>[],
    options: Partial<SGDSettings> & { lr: number },
  ) {
    super(params, options, { lr: 0, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false })
    for (const group of this.groups) {
      requireSetting('lr', group.lr)
      requireSetting('momentum', group.momentum)
      requireSetting('weightDecay', group.weightDecay)
      if (group.nesterov && (group.momentum <= 0 || group.dampening !== 0)) {
        throw new RangeError('nesterov needs a momentum above 0 and a dampening of 0')
      }
    }
  }

  protected override update(group: ActiveGroup<SGDSettings>, due: readonly Due[]): void {
    const params = due.map((entry) => entry.param)
    let steps = due.map((entry) => entry.grad)
    if (group.weightDecay !== 0) {
      steps = call('aten::_foreach_add.List', [steps, params, group.weightDecay]) as Tensor[]
    }
    if (group.momentum !== 0) {
      const velocities = this.#velocities(group, due, steps)
      steps = group.nesterov
        ? (call('aten::_foreach_add.List', [steps, velocities, group.momentum]) as Tensor[])
        : velocities
    }
    call('aten::_foreach_add_.List', [params, steps, -group.lr])
  }

  /** The velocities after this step; a parameter's first is its gradient, undampened. */
  #velocities(group: ActiveGroup<SGDSettings>, due: readonly Due[], grads: readonly Tensor[]): Tensor[] {
    const known = due.map(({ index }) => this.remembers(index, 'momentum_buffer'))
    const velocities = due.map(({ index }, i) =>
      this.remember(index, 'momentum_buffer', () => grads[i].clone()),
    )
    const moving = velocities.filter((_, i) => known[i])
    if (moving.length > 0) {
      call('aten::_foreach_mul_.Scalar', [moving, group.momentum])
      call('aten::_foreach_add_.List', [moving, grads.filter((_, i) => known[i]), 1 - group.dampening])
    }
    return velocities
  }
}
