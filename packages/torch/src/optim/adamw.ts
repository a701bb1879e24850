// Adam with decoupled weight decay (Loshchilov & Hutter, 2019). Agrees with torch.optim.AdamW, default decay included.

import { call, type Tensor } from '../index.ts'
import { Adam, type AdamSettings } from './adam.ts'
import type { ActiveGroup, Due, ParameterGroup } from './optimizer.ts'

export class AdamW extends Adam {
  /** Throws RangeError for settings out of range. */
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<AdamSettings>[],
    options: Partial<AdamSettings> = {},
  ) {
    super(params, { ...options, weightDecay: options.weightDecay ?? 1e-2 })
  }

  /** The weights shrink by lr · weightDecay before the step, instead of the decay passing through the averages. */
  protected override update(group: ActiveGroup<AdamSettings>, due: readonly Due[]): void {
    const params = due.map((entry) => entry.param)
    call('aten::_foreach_mul_.Scalar', [params, 1 - group.lr * group.weightDecay])
    this.move(
      group,
      due,
      due.map((entry) => entry.grad),
    )
  }
}
