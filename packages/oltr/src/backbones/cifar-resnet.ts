// The residual network for 32 x 32 images of He et al. 2016 (Sec. 4.2), in the form of the CIFAR-LT literature
// (LDAM-DRW): widths 16/32/64, parameter-free shortcuts (option A: every second pixel, zeros for the new channels),
// Kaiming-normal weights. ResNet-32 has 0.46 M parameters, at the width the published CIFAR-LT rows use.

import type { Tensor } from '@oltr/torch'
import { ops } from '@oltr/torch'
import { BatchNorm2d, Conv2d, init, Module } from '@oltr/torch/nn'
import { Backbone, halved, runBlocks } from './backbone.ts'

/** Two 3 x 3 convolutions and the option-A shortcut. */
class CifarBlock extends Module {
  conv1: Conv2d
  bn1: BatchNorm2d
  conv2: Conv2d
  bn2: BatchNorm2d
  readonly stride: number
  readonly newChannels: number

  constructor(channelsIn: number, channels: number, stride: number) {
    super()
    this.conv1 = conv3x3(channelsIn, channels, stride)
    this.bn1 = new BatchNorm2d(channels)
    this.conv2 = conv3x3(channels, channels, 1)
    this.bn2 = new BatchNorm2d(channels)
    this.stride = stride
    this.newChannels = channels - channelsIn
  }

  forward(x: Tensor): Tensor {
    using first = this.conv1.forward(x) // (B, C, H, W)
    using hidden = this.bn1.forward(first) // (B, C, H, W)
    hidden.relu_()
    using second = this.conv2.forward(hidden) // (B, C, H, W)
    const out = this.bn2.forward(second) // (B, C, H, W)
    if (this.stride === 1 && this.newChannels === 0) {
      out.add_(x)
    } else {
      using shortcut = this.shortcut(x) // (B, C, H, W)
      out.add_(shortcut)
    }
    out.relu_()
    return out
  }

  private shortcut(x: Tensor): Tensor {
    using rows = x.slice({ dim: 2, step: this.stride })
    using pixels = rows.slice({ dim: 3, step: this.stride })
    const before = Math.floor(this.newChannels / 2)
    return ops.constantPadNd(pixels, [0, 0, 0, 0, before, this.newChannels - before])
  }
}

export class CifarResNet extends Backbone {
  readonly channels: number
  readonly classifierInit = 'kaiming-normal' as const
  conv1: Conv2d
  bn1: BatchNorm2d
  layer1: CifarBlock[]
  layer2: CifarBlock[]
  layer3: CifarBlock[]

  /** `blocksPerStage`: (depth - 2) / 6, 5 for ResNet-32. `width`: channels of the first stage. */
  constructor({ blocksPerStage, width = 16 }: { blocksPerStage: number; width?: number }) {
    super()
    this.channels = 4 * width
    this.conv1 = conv3x3(3, width, 1)
    this.bn1 = new BatchNorm2d(width)
    this.layer1 = stage(width, width, blocksPerStage, 1)
    this.layer2 = stage(width, 2 * width, blocksPerStage, 2)
    this.layer3 = stage(2 * width, 4 * width, blocksPerStage, 2)
  }

  forwardFeatures(images: Tensor): Tensor {
    using first = this.conv1.forward(images) // (B, 16, height, width)
    using x1 = this.bn1.forward(first)
    x1.relu_()
    using x2 = runBlocks(this.layer1, x1) // (B, 16, height, width)
    using x3 = runBlocks(this.layer2, x2) // (B, 32, height / 2, width / 2)
    return runBlocks(this.layer3, x3) // (B, C, H, W)
  }

  featureSize(height: number, width: number): [number, number] {
    return [halved(height, 2), halved(width, 2)]
  }
}

function stage(channelsIn: number, channels: number, blocks: number, stride: number): CifarBlock[] {
  return Array.from({ length: blocks }, (_, i) =>
    i === 0 ? new CifarBlock(channelsIn, channels, stride) : new CifarBlock(channels, channels, 1),
  )
}

function conv3x3(channelsIn: number, channels: number, stride: number): Conv2d {
  const conv = new Conv2d(channelsIn, channels, 3, { stride, padding: 1, bias: false })
  init.kaimingNormal_(conv.weight)
  return conv
}
