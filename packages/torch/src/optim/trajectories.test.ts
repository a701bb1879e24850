// Ten steps of each optimiser on three parameters against PyTorch; one parameter has no gradient in three steps
// (parity/nn_golden.py).

import { test } from 'node:test'
import { scope, type Tensor } from '@oltr/torch'
import { Parameter } from '@oltr/torch/nn'
import { Adam, AdamW, type Optimizer, SGD } from '@oltr/torch/optim'
import { assertCloseNumbers, tensorOf } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'

const golden = readGolden('nn.safetensors')

const OPTIMIZERS: Record<string, (params: Tensor[]) => Optimizer> = {
  sgd: (p) => new SGD(p, { lr: 0.1 }),
  'sgd-decay': (p) => new SGD(p, { lr: 0.1, weightDecay: 0.05 }),
  'sgd-momentum': (p) => new SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 5e-2 }),
  'sgd-dampened': (p) => new SGD(p, { lr: 0.1, momentum: 0.8, dampening: 0.3 }),
  'sgd-nesterov': (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-2 }),
  'sgd-groups': (p) =>
    new SGD(
      [
        { params: p.slice(0, 1), lr: 0.01 },
        { params: p.slice(1), weightDecay: 0.1, momentum: 0.5 },
      ],
      { lr: 0.1, momentum: 0.9 },
    ),
  adam: (p) => new Adam(p, { lr: 0.02 }),
  'adam-decay': (p) => new Adam(p, { lr: 0.02, betas: [0.8, 0.99], eps: 1e-6, weightDecay: 0.1 }),
  adamw: (p) => new AdamW(p, { lr: 0.02 }),
  'adamw-decay': (p) => new AdamW(p, { lr: 0.02, betas: [0.8, 0.99], weightDecay: 0.3 }),
}

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  test(`${name} walks the path that PyTorch walks`, () => {
    scope(() => {
      const params = [0, 1, 2].map((i) => new Parameter(tensorOf(golden.get(`optim/start.${i}`)!)))
      const gradients = [0, 1, 2].map((i) => tensorOf(golden.get(`optim/gradients.${i}`)!))
      const optimizer = make(params)
      for (let step = 0; step < 10; step++) {
        optimizer.zeroGrad()
        params.forEach((param, i) => {
          if (i < 2 || ![0, 3, 4].includes(step)) param.grad = gradients[i].select(0, step).clone()
        })
        optimizer.step()
        params.forEach((param, i) => {
          const path = golden.get(`optim/${name}.${i}`)!.data
          const point = path.slice(step * param.numel, (step + 1) * param.numel)
          assertCloseNumbers(
            [...(param.toArray() as Float32Array)],
            point,
            `parameter ${i} after step ${step}`,
          )
        })
      }
      optimizer.dispose()
      for (const param of params) param.dispose()
    })
  })
}
