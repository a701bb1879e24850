// Batch normalisation of feature maps. Agrees with torch.nn.BatchNorm2d.

import { TorchError } from '../errors.ts'
import type { Tensor } from '../index.ts'
import { BatchNorm } from './batch-norm.ts'

/** Shape: (N, channels, H, W) -> the same. Statistics over N, H and W; weight and bias (channels). */
export class BatchNorm2d extends BatchNorm {
  protected override checkInput(input: Tensor): void {
    if (input.shape.length !== 4) {
      throw new TorchError('BatchNorm2d', [`[${input.shape}]`], 'the input must be (N, C, H, W)')
    }
  }
}
