import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualSeed, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { assertClose, tensorOf } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'
import { LargeMarginConfig } from '../model-config.ts'
import { VisualMemory } from '../visual-memory.ts'
import { attraction, repulsion } from './attraction-repulsion.ts'
import { largeMargin } from './large-margin.ts'

for (const range of ['near', 'far']) {
  test(`${range} centroids: every form agrees with the literal formulation, value and gradients`, () => {
    const golden = readGolden('model-losses.safetensors')
    const load = (key: string): Tensor => tensorOf(golden.get(key)!)
    scope(() => {
      const labels = load('labels')
      const memory = new VisualMemory(4, 5)
      memory.set(load(`${range}.centroids`))
      const x = load(`${range}.x`).requiresGrad_()
      assertClose(attraction(x, labels, memory.centroids), golden.get(`${range}.attraction`)!, 'attraction')
      const push = repulsion(x, labels, memory.centroids, 10)
      assertClose(push, golden.get(`${range}.repulsion`)!, 'repulsion')
      assert.equal(push.item() > 0, range === 'near')

      largeMargin(x, labels, memory.centroids, LargeMarginConfig.parse({ form: 'code' })).backward()
      memory.accumulateGradient(x, labels)
      assertClose(x.grad!, golden.get(`${range}.code.grad_x`)!, 'code: gradient of x')
      assertClose(memory.centroids.grad!, golden.get(`${range}.code.grad_centroids`)!, 'code: gradient of c')

      for (const form of ['mean-hinge', 'nearest-hinge'] as const) {
        const y = load(`${range}.x`).requiresGrad_()
        const loss = largeMargin(y, labels, memory.centroids, LargeMarginConfig.parse({ form, weight: 1 }))
        assertClose(loss, golden.get(`${range}.${form}.loss`)!, form)
        largeMargin(y, labels, memory.centroids, LargeMarginConfig.parse({ form })).backward()
        assertClose(y.grad!, golden.get(`${range}.${form}.grad_x`)!, `${form}: gradient of x`)
      }
    })
  })
}

test('the forms have the constants of their sources', () => {
  scope(() => {
    // One feature on its own centroid; the other centroid lies 3 away.
    const x = tensor([[0, 0]])
    const labels = tensor([0], { dtype: 'int64' })
    const centroids = tensor([
      [0, 0],
      [3, 0],
    ])
    const value = (input: object): number =>
      largeMargin(x, labels, centroids, LargeMarginConfig.parse(input)).item()
    const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-7)
    near(value({}), 0.01 * 0.01 * (10 - 9 / 2))
    near(value({ form: 'mean-hinge' }), 0.1 * (0 - 3 + 5))
    near(value({ form: 'nearest-hinge' }), 0.1 * (0 - 3 + 5))
    near(value({ form: 'nearest-hinge', margin: 1, weight: 1 }), 0)
    near(value({ form: 'none' }), 0)
  })
})

test('one class, identical centroids and zero features give finite losses and gradients', () => {
  manualSeed(2)
  scope(() => {
    for (const centroids of [ops.zeros([1, 3]), ops.ones([1, 3]), ops.zeros([2, 3]), ops.ones([5, 3])]) {
      for (const form of ['code', 'mean-hinge', 'nearest-hinge', 'none'] as const) {
        const x = ops.cat([ops.zeros([1, 3]), ops.ones([1, 3]), ops.randn([1, 3])]).requiresGrad_()
        const labels = tensor([0, 0, 0], { dtype: 'int64' })
        const loss = largeMargin(x, labels, centroids, LargeMarginConfig.parse({ form })).add(x.sum().mul(0))
        loss.backward()
        assert.ok(Number.isFinite(loss.item()), form)
        assert.equal(x.grad!.isfinite().all().item(), 1, form)
      }
    }
  })
})
