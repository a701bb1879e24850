// Batch normalisation of vectors or sequences. Agrees with torch.nn.BatchNorm1d.

import { TorchError } from '../errors.ts'
import type { Tensor } from '../index.ts'
import { BatchNorm } from './batch-norm.ts'

/** Shape: (N, channels) or (N, channels, L) -> the same. Statistics over N and L; weight and bias (channels). */
export class BatchNorm1d extends BatchNorm {
  protected override checkInput(input: Tensor): void {
    if (input.shape.length !== 2 && input.shape.length !== 3) {
      throw new TorchError('BatchNorm1d', [`[${input.shape}]`], 'the input must be (N, C) or (N, C, L)')
    }
  }
}
