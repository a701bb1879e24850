// Initial values of weights, in place and without gradients. Agrees with torch.nn.init: the same statistics, and the
// same numbers from the same seed, because the library's own generators draw them.
// He et al., "Delving deep into rectifiers" (kaiming); Glorot & Bengio, "Understanding the difficulty" (xavier).

import { type Generator, noGrad, ops, scope, type Tensor } from '../index.ts'

export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu'

export interface Fan {
  /** Inputs that reach one output unit. */
  in: number
  /** Outputs that one input unit reaches. */
  out: number
}

export interface KaimingOptions {
  /** 'in' keeps the variance of activations, 'out' that of gradients. */
  mode?: keyof Fan
  nonlinearity?: Nonlinearity
  /** Negative slope, for leaky_relu only. */
  a?: number
  generator?: Generator
}

/** Fans of a weight (outputs, inputs, ...kernel). Throws RangeError below two dimensions. */
export function fanOf(shape: readonly number[]): Fan {
  if (shape.length < 2)
    throw new RangeError(`fans need a weight of at least 2 dimensions, got shape [${shape}]`)
  const kernel = shape.slice(2).reduce((product, size) => product * size, 1)
  return { in: shape[1] * kernel, out: shape[0] * kernel }
}

/** The factor by which a nonlinearity's input must be wider than its output, as torch.nn.init.calculate_gain. */
export function gainOf(nonlinearity: Nonlinearity, a = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.SQRT2
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + a * a))
    case 'selu':
      return 3 / 4
  }
}

export function uniform_<T extends Tensor>(
  weight: T,
  options: { low?: number; high?: number; generator?: Generator } = {},
): T {
  const { low = 0, high = 1, generator } = options
  return inPlace(weight, () => ops.uniform_(weight, { from: low, to: high, generator }))
}

export function normal_<T extends Tensor>(
  weight: T,
  options: { mean?: number; std?: number; generator?: Generator } = {},
): T {
  const { mean = 0, std = 1, generator } = options
  return inPlace(weight, () => ops.normal_(weight, { mean, std, generator }))
}

export function constant_<T extends Tensor>(weight: T, value: number): T {
  return inPlace(weight, () => ops.fill_(weight, value))
}

export function zeros_<T extends Tensor>(weight: T): T {
  return constant_(weight, 0)
}

export function ones_<T extends Tensor>(weight: T): T {
  return constant_(weight, 1)
}

/** Normal with std = gain / sqrt(fan). Throws RangeError below two dimensions. */
export function kaimingNormal_<T extends Tensor>(weight: T, options: KaimingOptions = {}): T {
  return normal_(weight, { std: kaimingDeviation(weight.shape, options), generator: options.generator })
}

/** Uniform within ± sqrt(3) · gain / sqrt(fan). Throws RangeError below two dimensions. */
export function kaimingUniform_<T extends Tensor>(weight: T, options: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingDeviation(weight.shape, options)
  return uniform_(weight, { low: -bound, high: bound, generator: options.generator })
}

/** Normal with std = gain · sqrt(2 / (fan in + fan out)). Throws RangeError below two dimensions. */
export function xavierNormal_<T extends Tensor>(
  weight: T,
  options: { gain?: number; generator?: Generator } = {},
): T {
  return normal_(weight, { std: xavierDeviation(weight.shape, options.gain), generator: options.generator })
}

/** Uniform with the deviation of `xavierNormal_`. Throws RangeError below two dimensions. */
export function xavierUniform_<T extends Tensor>(
  weight: T,
  options: { gain?: number; generator?: Generator } = {},
): T {
  const bound = Math.sqrt(3) * xavierDeviation(weight.shape, options.gain)
  return uniform_(weight, { low: -bound, high: bound, generator: options.generator })
}

/** What PyTorch's Linear and Conv layers start from: kaiming uniform with a = √5, that is ± 1 / sqrt(fan in). */
export function initialWeight(shape: readonly number[], generator?: Generator): Tensor {
  return kaimingUniform_(ops.empty(shape), { a: Math.sqrt(5), generator })
}

/** The bias of the same layers: uniform within ± 1 / sqrt(fanIn). */
export function initialBias(size: number, fanIn: number, generator?: Generator): Tensor {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0
  return uniform_(ops.empty([size]), { low: -bound, high: bound, generator })
}

function kaimingDeviation(shape: readonly number[], options: KaimingOptions): number {
  const { mode = 'in', nonlinearity = 'leaky_relu', a = 0 } = options
  return gainOf(nonlinearity, a) / Math.sqrt(fanOf(shape)[mode])
}

function xavierDeviation(shape: readonly number[], gain = 1): number {
  const fan = fanOf(shape)
  return gain * Math.sqrt(2 / (fan.in + fan.out))
}

/** In-place operators give a second handle of the same tensor: it is let go, and the tensor itself returned. */
function inPlace<T extends Tensor>(weight: T, fill: () => unknown): T {
  scope(() => {
    noGrad(fill)
  })
  return weight
}
