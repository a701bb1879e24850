// The ImageNet residual networks with torchvision's parameter names (conv1, bn1, layer1.0.conv1, downsample.0), so its
// checkpoints load by name. ResNet-10 is the paper's backbone for ImageNet-LT: basic blocks, one per stage. Bottlenecks
// take their stride in the 3 x 3 convolution. Convolutions start as N(0, sqrt(2 / (k k C_out))), as in the authors' code.

import type { Tensor } from '@oltr/torch'
import { ops } from '@oltr/torch'
import { BatchNorm2d, Conv2d, init, Module } from '@oltr/torch/nn'
import { Backbone, halved, runBlocks } from './backbone.ts'

/** Two 3 x 3 convolutions (ResNet-10, 18, 34). */
class BasicBlock extends Module {
  conv1: Conv2d
  bn1: BatchNorm2d
  conv2: Conv2d
  bn2: BatchNorm2d
  downsample: Downsample | null

  constructor(channelsIn: number, width: number, stride: number) {
    super()
    this.conv1 = convolution(channelsIn, width, 3, stride)
    this.bn1 = new BatchNorm2d(width)
    this.conv2 = convolution(width, width, 3)
    this.bn2 = new BatchNorm2d(width)
    this.downsample = downsample(channelsIn, width, stride)
  }

  forward(x: Tensor): Tensor {
    using first = this.conv1.forward(x)
    using hidden = this.bn1.forward(first)
    hidden.relu_()
    using second = this.conv2.forward(hidden)
    const out = this.bn2.forward(second)
    return addShortcut(out, x, this.downsample)
  }
}

/** 1 x 1 down, 3 x 3, 1 x 1 up to four times the width (ResNet-50, 101, 152). */
class Bottleneck extends Module {
  conv1: Conv2d
  bn1: BatchNorm2d
  conv2: Conv2d
  bn2: BatchNorm2d
  conv3: Conv2d
  bn3: BatchNorm2d
  downsample: Downsample | null

  constructor(channelsIn: number, width: number, stride: number) {
    super()
    this.conv1 = convolution(channelsIn, width, 1)
    this.bn1 = new BatchNorm2d(width)
    this.conv2 = convolution(width, width, 3, stride)
    this.bn2 = new BatchNorm2d(width)
    this.conv3 = convolution(width, 4 * width, 1)
    this.bn3 = new BatchNorm2d(4 * width)
    this.downsample = downsample(channelsIn, 4 * width, stride)
  }

  forward(x: Tensor): Tensor {
    using first = this.conv1.forward(x)
    using narrow = this.bn1.forward(first)
    narrow.relu_()
    using second = this.conv2.forward(narrow)
    using middle = this.bn2.forward(second)
    middle.relu_()
    using third = this.conv3.forward(middle)
    const out = this.bn3.forward(third)
    return addShortcut(out, x, this.downsample)
  }
}

/** A 1 x 1 convolution and its normalisation, where a block changes the shape. */
type Downsample = [Conv2d, BatchNorm2d]

export type BlockKind = 'basic' | 'bottleneck'
type Block = BasicBlock | Bottleneck

export class ResNet extends Backbone {
  readonly channels: number
  readonly classifierInit = 'default' as const
  conv1: Conv2d
  bn1: BatchNorm2d
  layer1: Block[]
  layer2: Block[]
  layer3: Block[]
  layer4: Block[]

  /** `blocks`: blocks in each of the four stages. `width`: channels of the first stage before expansion. */
  constructor({ kind, blocks, width = 64 }: { kind: BlockKind; blocks: readonly number[]; width?: number }) {
    super()
    const expansion = kind === 'basic' ? 1 : 4
    this.channels = 8 * width * expansion
    this.conv1 = convolution(3, width, 7, 2)
    this.bn1 = new BatchNorm2d(width)
    this.layer1 = stage(kind, width, width, blocks[0], 1)
    this.layer2 = stage(kind, width * expansion, 2 * width, blocks[1], 2)
    this.layer3 = stage(kind, 2 * width * expansion, 4 * width, blocks[2], 2)
    this.layer4 = stage(kind, 4 * width * expansion, 8 * width, blocks[3], 2)
  }

  forwardFeatures(images: Tensor): Tensor {
    using first = this.conv1.forward(images) // (B, 64, height / 2, width / 2)
    using stem = this.bn1.forward(first)
    stem.relu_()
    using x1 = ops.maxPool2d(stem, [3, 3], { stride: [2, 2], padding: [1, 1] }) // (B, 64, height / 4, width / 4)
    using x2 = runBlocks(this.layer1, x1)
    using x3 = runBlocks(this.layer2, x2)
    using x4 = runBlocks(this.layer3, x3)
    return runBlocks(this.layer4, x4) // (B, C, H, W)
  }

  featureSize(height: number, width: number): [number, number] {
    return [halved(height, 5), halved(width, 5)]
  }
}

function stage(kind: BlockKind, channelsIn: number, width: number, blocks: number, stride: number): Block[] {
  const make = kind === 'basic' ? BasicBlock : Bottleneck
  const channels = kind === 'basic' ? width : 4 * width
  return Array.from({ length: blocks }, (_, i) =>
    i === 0 ? new make(channelsIn, width, stride) : new make(channels, width, 1),
  )
}

function downsample(channelsIn: number, channels: number, stride: number): Downsample | null {
  if (stride === 1 && channelsIn === channels) return null
  return [convolution(channelsIn, channels, 1, stride), new BatchNorm2d(channels)]
}

/** relu(out + shortcut(x)), written into `out`: its normalisation does not need it to differentiate. */
function addShortcut(out: Tensor, x: Tensor, projection: Downsample | null): Tensor {
  if (projection === null) {
    out.add_(x)
  } else {
    using projected = projection[0].forward(x)
    using shortcut = projection[1].forward(projected)
    out.add_(shortcut)
  }
  out.relu_()
  return out
}

function convolution(channelsIn: number, channels: number, size: number, stride = 1): Conv2d {
  const conv = new Conv2d(channelsIn, channels, size, { stride, padding: (size - 1) / 2, bias: false })
  init.kaimingNormal_(conv.weight, { mode: 'out' })
  return conv
}
