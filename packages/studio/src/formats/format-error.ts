// What an import refuses. One sentence: where, what was expected, what came, what to do.

/** A file that cannot be taken in. Nothing of it is guessed: `where` is a line, an index or a path in the document. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly where: string

  constructor(where: string, message: string, options: { cause?: unknown } = {}) {
    super(`${where}: ${message}`, { cause: options.cause })
    this.where = where
  }
}

/** A value as a sentence can hold it. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
