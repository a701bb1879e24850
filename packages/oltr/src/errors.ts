// The errors of this package. One sentence each: what was expected, what came, what to do.

/** A configuration value that is not allowed: its path in the configuration, the value, and what is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly path: string
  readonly value: unknown

  constructor(path: string, value: unknown, allowed: string) {
    super(`${path}: ${allowed}, got ${JSON.stringify(value) ?? String(value)}`)
    this.path = path
    this.value = value
  }
}

/** Data that cannot be used: the file (with line or offset where known), what is wrong and the remedy. */
export class DataError extends Error {
  override readonly name = 'DataError'
  readonly file: string

  constructor(file: string, message: string, options: { cause?: unknown } = {}) {
    super(`${file}: ${message}`, { cause: options.cause })
    this.file = file
  }
}
