// Modulated attention (Sec. 3.3, Eq. 6): f_att = f + MA(f) * SA(f), on the last feature map only. SA is self-correlation
// (a non-local block); MA is a spatial mask, conditioned on the whole image, that says where the correlated features
// count. Structure and initial values agree with the authors' code.
// Deviation: the paper gives no sizes and the authors' code fixes H x W at 7 x 7; here the module is built for any map.

import type { Tensor } from '@oltr/torch'
import { ops } from '@oltr/torch'
import { Conv2d, init, Linear, Module } from '@oltr/torch/nn'
import { headDtype } from './full-precision.ts'

export interface AttentionMaps {
  /** f, the map as the backbone made it, (B, C, H, W). */
  features: Tensor
  /** m = MA(f), non-negative, sums to 1 over the H W positions of an image, (B, H, W). */
  mask: Tensor
  /** S = SA(f), (B, C, H, W); null for the spatial variant, which has none. */
  selfAttention: Tensor | null
}

export type AttentionVariant = 'modulated' | 'spatial'

export interface AttentionOptions {
  channels: number
  height: number
  width: number
  /** 'spatial' leaves out the self-attention, f_att = f + m * f: the competitor of Fig. 9(c). */
  variant?: AttentionVariant
}

export class ModulatedAttention extends Module {
  g: Conv2d | null = null
  theta: Conv2d | null = null
  phi: Conv2d | null = null
  convMask: Conv2d | null = null
  fcSpatial: Linear
  readonly variant: AttentionVariant

  constructor({ channels, height, width, variant = 'modulated' }: AttentionOptions) {
    super()
    this.variant = variant
    if (variant === 'modulated') {
      const inner = channels / 2
      this.g = projection(channels, inner)
      this.theta = projection(channels, inner)
      this.phi = projection(channels, inner)
      this.convMask = new Conv2d(inner, channels, 1, { bias: false })
      init.zeros_(this.convMask.weight) // the module starts as the identity
    }
    this.fcSpatial = new Linear(channels * height * width, height * width)
  }

  /** (B, C, H, W) -> (B, C, H, W). */
  forward(f: Tensor): Tensor {
    return this.attend(f).attended
  }

  /** The same with the maps of Fig. 7. */
  attend(f: Tensor): { attended: Tensor; maps: AttentionMaps } {
    const [batch, , height, width] = f.shape
    const mask = this.conditionalMask(f).view([batch, 1, height, width]) // (B, 1, H, W)
    const selfAttention = this.variant === 'modulated' ? this.selfAttention(f) : null // (B, C, H, W)
    const attended = ops.addcmul(f, mask.to({ dtype: f.dtype }), selfAttention ?? f) // (B, C, H, W)
    return { attended, maps: { features: f, mask: mask.view([batch, height, width]), selfAttention } }
  }

  /** SA(f): every position becomes a mixture of all positions, weighted by their similarity. No 1 / sqrt(C). */
  private selfAttention(f: Tensor): Tensor {
    const [batch, , height, width] = f.shape
    const g = positions(this.g!.forward(f)) // (B, HW, C/2)
    const theta = positions(this.theta!.forward(f)) // (B, HW, C/2)
    const phi = this.phi!.forward(f).flatten({ startDim: 2 }) // (B, C/2, HW)
    const similarity = theta.matmul(phi) // (B, HW, HW)
    const weights = similarity.softmax(-1, { dtype: headDtype(f) }) // (B, HW, HW)
    const mixed = weights.to({ dtype: g.dtype }).matmul(g) // (B, HW, C/2)
    const map = mixed.transpose(1, 2).reshape([batch, -1, height, width]) // (B, C/2, H, W)
    return this.convMask!.forward(map).to({ dtype: f.dtype }) // (B, C, H, W)
  }

  /** MA(f): one softmax over the positions of the image. */
  private conditionalMask(f: Tensor): Tensor {
    const scores = this.fcSpatial.forward(f.flatten({ startDim: 1 })) // (B, HW)
    return scores.softmax(1, { dtype: headDtype(f) }) // (B, HW)
  }
}

/** (B, C, H, W) -> (B, HW, C). */
function positions(map: Tensor): Tensor {
  return map.flatten({ startDim: 2 }).transpose(1, 2)
}

function projection(channels: number, inner: number): Conv2d {
  const conv = new Conv2d(channels, inner, 1)
  init.kaimingNormal_(conv.weight)
  init.zeros_(conv.bias!)
  return conv
}
