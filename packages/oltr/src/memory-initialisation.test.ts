import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, manualSeed, noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { CifarResNet } from './backbones/cifar-resnet.ts'
import { initialiseMemory, type LabelledBatch } from './memory-initialisation.ts'
import { OpenLongTailedModel } from './model.ts'
import { ModelConfig } from './model-config.ts'

const LABELS = [0, 2, 2, 0, 2]

function setUp(): { model: OpenLongTailedModel; images: Tensor } {
  manualSeed(9)
  const config = ModelConfig.parse({ imageSize: 8, reachScale: 'mean-distance' })
  const model = new OpenLongTailedModel(config, 3, new CifarResNet({ blocksPerStage: 1, width: 4 }))
  return { model, images: ops.randn([5, 3, 8, 8]) }
}

/** The five images in batches of two, made anew for every pass as a loader does. */
function* batches(images: Tensor): Generator<LabelledBatch> {
  for (let at = 0; at < 5; at += 2) {
    const size = Math.min(2, 5 - at)
    yield {
      images: scope(() => images.narrow(0, at, size).clone()),
      labels: tensor(LABELS.slice(at, at + size), { dtype: 'int64' }),
    }
  }
}

test('centroids are class means of evaluation features, and the reach scale is their mean minimum distance', async () => {
  const { model, images } = setUp()
  await initialiseMemory(model, () => batches(images))
  assert.equal(model.training, true) // as before
  model.eval()
  noGrad(() =>
    scope(() => {
      const features = model.directFeature(images).tolist() as number[][]
      const mean = (rows: number[]): number[] =>
        features[0].map((_, d) => rows.reduce((sum, row) => sum + features[row][d], 0) / rows.length)
      const [first, third] = [mean([0, 3]), mean([1, 2, 4])]
      const second = first.map((value, d) => (value + third[d]) / 2) // no image: the mean of the others
      const expected = [first, second, third]
      const centroids = model.memory.centroids.tolist() as number[][]
      centroids.forEach((row, i) => {
        for (const [d, value] of row.entries()) assert.ok(Math.abs(value - expected[i][d]) < 1e-5)
      })
      const distance = (x: number[], c: number[]): number => Math.hypot(...x.map((value, d) => value - c[d]))
      const gammas = features.map((x) => Math.min(...expected.map((c) => distance(x, c))))
      const scale = model.metaEmbedding.reachability.scale.item()
      assert.ok(Math.abs(scale - gammas.reduce((sum, gamma) => sum + gamma, 0) / 5) < 1e-5)
    }),
  )
})

test('batches are freed and running statistics untouched', async () => {
  const { model, images } = setUp()
  const statistics = model.stateDict().get('backbone.bn1.running_mean')!.tolist()
  const before = liveTensors()
  await initialiseMemory(model, () => batches(images))
  assert.equal(liveTensors(), before)
  assert.deepEqual(model.stateDict().get('backbone.bn1.running_mean')!.tolist(), statistics)
})
