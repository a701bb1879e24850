import assert from 'node:assert/strict'
import { test } from 'node:test'
import { autocast, liveTensors, manualSeed, noGrad, ops, scope, type Tensor } from '@oltr/torch'
import { assertClose, tensorOf } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'
import { ModelConfig } from '../model-config.ts'
import { PlainModel } from '../plain-model.ts'
import type { Backbone } from './backbone.ts'
import { CifarResNet } from './cifar-resnet.ts'
import { createBackbone } from './create-backbone.ts'
import { BACKBONE_CHANNELS, BACKBONE_NAMES, type BackboneName } from './names.ts'
import { ResNet } from './resnet.ts'

function parameterCount(backbone: BackboneName, classes: number): number {
  const model = new PlainModel(ModelConfig.parse({ backbone }), classes)
  const count = model.parameters().reduce((sum, parameter) => sum + parameter.numel, 0)
  model.dispose()
  return count
}

test('parameter counts are those of torchvision and of the CIFAR-LT literature', () => {
  assert.equal(parameterCount('resnet-10', 1000), 5_418_792)
  assert.equal(parameterCount('resnet-18', 1000), 11_689_512)
  assert.equal(parameterCount('resnet-34', 1000), 21_797_672)
  assert.equal(parameterCount('resnet-50', 1000), 25_557_032)
  assert.equal(parameterCount('cifar-resnet-20', 10), 269_722)
  assert.equal(parameterCount('cifar-resnet-32', 10), 464_154)
  assert.equal(parameterCount('cifar-resnet-32', 100), 470_004)
  assert.equal(parameterCount('cifar-resnet-56', 10), 853_018)
})

test('every named backbone has torchvision-style keys and the channels that its name promises', () => {
  for (const name of BACKBONE_NAMES) {
    if (name === 'resnet-101' || name === 'resnet-152') continue // 60 M parameters each; the same code as resnet-50
    const backbone = createBackbone(name)
    assert.equal(backbone.channels, BACKBONE_CHANNELS[name])
    const keys = new Set(backbone.stateDict().keys())
    for (const key of ['conv1.weight', 'bn1.running_mean', 'layer1.0.conv1.weight', 'layer2.0.bn2.bias']) {
      assert.ok(keys.has(key), `${name} lacks ${key}`)
    }
    assert.equal(keys.has('layer2.0.downsample.0.weight'), name.startsWith('resnet'))
    assert.equal(keys.has('layer2.0.downsample.1.running_var'), name.startsWith('resnet'))
    backbone.dispose()
  }
})

test('convolutions start with the published spread', () => {
  manualSeed(0)
  const resnet = createBackbone('resnet-10')
  const cifar = createBackbone('cifar-resnet-32')
  scope(() => {
    const spread = (backbone: Backbone, key: string): number =>
      backbone.stateDict().get(key)!.std({ unbiased: true }).item()
    assert.ok(Math.abs(spread(resnet, 'layer3.0.conv1.weight') / Math.sqrt(2 / (9 * 256)) - 1) < 0.02) // fan out
    assert.ok(Math.abs(spread(cifar, 'layer3.0.conv1.weight') / Math.sqrt(2 / (9 * 32)) - 1) < 0.03) // fan in
  })
  resnet.dispose()
  cifar.dispose()
})

test('the feature map has the announced size, for odd sizes too', () => {
  const cases: [BackboneName, number, number][] = [
    ['cifar-resnet-20', 32, 32],
    ['cifar-resnet-20', 29, 18],
    ['resnet-10', 64, 97],
  ]
  for (const [name, height, width] of cases) {
    const backbone = createBackbone(name).eval()
    const shape = noGrad(() => scope(() => backbone.forwardFeatures(ops.zeros([1, 3, height, width])).shape))
    assert.deepEqual(shape, [1, backbone.channels, ...backbone.featureSize(height, width)])
    backbone.dispose()
  }
})

const LITERAL: [string, () => Backbone][] = [
  ['cifar-resnet', () => new CifarResNet({ blocksPerStage: 2, width: 2 })],
  ['resnet-basic', () => new ResNet({ kind: 'basic', blocks: [1, 1, 1, 1], width: 2 })],
  ['resnet-bottleneck', () => new ResNet({ kind: 'bottleneck', blocks: [2, 1, 1, 1], width: 2 })],
]

// The golden values are double precision. In float32 a network of 15 layers and 2 channels strays up to 8e-5 from them,
// in Python too (normalisation over few, nearly equal values); in float64 only their storage as float32 remains.
for (const [dtype, tolerance] of [
  ['float64', 1e-6],
  ['float32', 1e-4],
] as const) {
  for (const [name, make] of LITERAL) {
    test(`${name}: outputs, gradients and running statistics agree with PyTorch in ${dtype}`, () => {
      const golden = readGolden(`model-${name}.safetensors`)
      const given = (key: string): Tensor => tensorOf(golden.get(key)!).to({ dtype })
      const check = (actual: Tensor, key: string): void => {
        const expected = golden.get(key)!
        assertClose(
          expected.dtype === 'float32' ? actual.to({ dtype: 'float32' }) : actual,
          expected,
          key,
          tolerance,
        )
      }
      const backbone = make().to({ dtype })
      scope(() => {
        backbone.loadStateDict(
          new Map(
            [...backbone.stateDict().keys()].map((key) => [key, tensorOf(golden.get(`before.${key}`)!)]),
          ),
        )
        const out = backbone.forwardFeatures(given('images'))
        check(out, 'train')
        out.backward(given('upstream'))
        for (const [key, parameter] of backbone.namedParameters()) check(parameter.grad!, `grad.${key}`)
        for (const [key, buffer] of backbone.namedBuffers()) check(buffer, `after.${key}`)
        backbone.eval()
        check(backbone.forwardFeatures(given('images')), 'eval')
      })
      backbone.dispose()
    })
  }
}

test('a forward pass frees what it made, and runs in bfloat16 and channels-last', () => {
  const backbone = createBackbone('resnet-10').to({ memoryFormat: 'channels_last' }).eval()
  const images = ops.randn([1, 3, 64, 64])
  const before = liveTensors()
  const out = noGrad(() => backbone.forwardFeatures(images))
  assert.equal(liveTensors(), before + 1) // without a scope: every intermediate was freed on the way
  using half = noGrad(() =>
    autocast({ device: 'cpu', dtype: 'bfloat16' }, () => scope(() => backbone.forwardFeatures(images))),
  )
  assert.equal(half.dtype, 'bfloat16')
  const error = scope(
    () => half.to({ dtype: 'float32' }).sub(out).abs().max().item() / out.abs().max().item(),
  )
  assert.ok(error < 0.05, `bfloat16 differs by ${error}`)
  out.dispose()
  images.dispose()
  backbone.dispose()
})
