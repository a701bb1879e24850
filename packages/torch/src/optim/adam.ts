// Adam (Kingma & Ba, 2015). Agrees with torch.optim.Adam: weight decay is added to the gradient.

import { call, type Tensor } from '../index.ts'
import { type ActiveGroup, type Due, Optimizer, type ParameterGroup, requireSetting } from './optimizer.ts'

export interface AdamSettings {
  lr: number
  /** Decay of the averages of the gradient and of its square. */
  betas: readonly [number, number]
  eps: number
  weightDecay: number
}

export class Adam extends Optimizer<AdamSettings> {
  /** Throws RangeError for settings out of range. */
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<AdamSettings>[],
    options: Partial<AdamSettings> = {},
  ) {
    super(params, options, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 })
    for (const group of this.groups) {
      requireSetting('lr', group.lr)
      requireSetting('betas[0]', group.betas[0], 1)
      requireSetting('betas[1]', group.betas[1], 1)
      requireSetting('eps', group.eps)
      requireSetting('weightDecay', group.weightDecay)
    }
  }

  protected override update(group: ActiveGroup<AdamSettings>, due: readonly Due[]): void {
    let grads = due.map((entry) => entry.grad)
    if (group.weightDecay !== 0) {
      const params = due.map((entry) => entry.param)
      grads = call('aten::_foreach_add.List', [grads, params, group.weightDecay])
    }
    this.move(group, due, grads)
  }

  /** p = p − lr · m̂ / (√v̂ + ε), with m and v corrected for their start at zero. */
  protected move(group: ActiveGroup<AdamSettings>, due: readonly Due[], grads: readonly Tensor[]): void {
    const [beta1, beta2] = group.betas
    const params = due.map((entry) => entry.param)
    const zeros = (param: Tensor) => () => call('aten::zeros_like', [param]) as Tensor
    const means = due.map(({ index, param }) => this.remember(index, 'exp_avg', zeros(param)))
    const squares = due.map(({ index, param }) => this.remember(index, 'exp_avg_sq', zeros(param)))
    // Counted per parameter: one that was skipped for lack of a gradient is corrected by its own number of steps.
    const steps = due.map(({ index }) => this.count(index, 'step'))

    call('aten::_foreach_mul_.Scalar', [means, beta1])
    call('aten::_foreach_add_.List', [means, grads, 1 - beta1])
    call('aten::_foreach_mul_.Scalar', [squares, beta2])
    call('aten::_foreach_addcmul_.Scalar', [squares, grads, grads, 1 - beta2])

    const deviations = call('aten::_foreach_sqrt', [squares]) as Tensor[]
    call('aten::_foreach_div_.ScalarList', [deviations, steps.map((step) => Math.sqrt(1 - beta2 ** step))])
    call('aten::_foreach_add_.Scalar', [deviations, group.eps])
    const rates = steps.map((step) => -group.lr / (1 - beta1 ** step))
    call('aten::_foreach_addcdiv_.ScalarList', [params, means, deviations, rates])
  }
}
