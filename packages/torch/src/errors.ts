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

/** A file could not be written; what stood under its name before still stands. Names the file, sizes and remedy. */
export class WriteError extends Error {
  override readonly name = 'WriteError'
  readonly file: string
  /** The operating system's code (`ENOSPC`, `EACCES`, ...), where it gave one. */
  readonly code: string | undefined
  /** Bytes that the whole file takes, or that were to be written when it failed. */
  readonly needed: number
  /** Bytes free for this user in the folder's file system; undefined when it could not be asked. */
  readonly free: number | undefined

  constructor(
    file: string,
    message: string,
    options: { code?: string; needed: number; free?: number; cause?: unknown },
  ) {
    super(`${file}: ${message}`, { cause: options.cause })
    this.file = file
    this.code = options.code
    this.needed = options.needed
    this.free = options.free
  }
}
