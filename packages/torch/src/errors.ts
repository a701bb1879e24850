// The errors of this package. One sentence each: what was expected, what came, what to do.

/** An operator failed: carries the operator, a description of its arguments and the library's own message. */
export class TorchError extends Error {
  override readonly name = 'TorchError'
  readonly operator: string
  readonly args: readonly string[]

  constructor(operator: string, args: readonly string[], message: string, cause?: unknown) {
    super(`${operator}(${args.join(', ')}): ${message}`, { cause })
    this.operator = operator
    this.args = args
  }
}

/** A tensor was used after it was disposed, by hand or by the end of its scope. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError'

  constructor(what = 'tensor') {
    super(
      `this ${what} was already disposed: return it from its scope(), or keep() it, if it must live longer`,
    )
  }
}

/** A file does not follow its format: names the file, the place in it, and what was expected there. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly file: string
  readonly offset: number | undefined

  constructor(file: string, message: string, options: { offset?: number; cause?: unknown } = {}) {
    const place = options.offset === undefined ? '' : ` at byte ${options.offset}`
    super(`${file}${place}: ${message}`, { cause: options.cause })
    this.file = file
    this.offset = options.offset
  }
}
