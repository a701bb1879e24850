// The errors of data loading. (They live here and not in ../errors.ts because nothing below this folder throws them.)

/** What can be wrong with an image file. */
export type ImageFault =
  | 'missing'
  | 'unreadable'
  | 'empty'
  | 'format'
  | 'corrupt'
  | 'truncated'
  | 'limit'
  | 'size'

/** An image could not be loaded: which one, what kind of fault, and what to do about it. */
export class DataLoadError extends Error {
  override readonly name = 'DataLoadError'
  /** The path, or `image 17` for one that has none. */
  readonly file: string
  readonly fault: ImageFault
  /** Its index in the data set, where it has one. */
  readonly index: number | undefined

  constructor(
    file: string,
    fault: ImageFault,
    message: string,
    options: { index?: number; cause?: unknown } = {},
  ) {
    super(`${file}: ${message}`, { cause: options.cause })
    this.file = file
    this.fault = fault
    this.index = options.index
  }
}

/** A sampler, transform or loader was asked for something it cannot do: the option, its value, what is allowed. */
export class DataOptionError extends Error {
  override readonly name = 'DataOptionError'
  readonly option: string
  readonly value: unknown

  constructor(option: string, value: unknown, allowed: string) {
    super(`${option}: ${allowed}, got ${JSON.stringify(value) ?? String(value)}`)
    this.option = option
    this.value = value
  }
}

/** Returns `value` when it is an integer of at least `minimum`; throws DataOptionError otherwise. */
export function requireInteger(option: string, value: number, minimum: number): number {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new DataOptionError(option, value, `expected an integer of ${minimum} or more`)
  }
  return value
}
