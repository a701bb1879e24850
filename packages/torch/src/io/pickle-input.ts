// The bytes of a pickle as its instructions take them: numbers, counted bytes, lines; every read is checked.

import { FormatError } from '../errors.ts'
import { narrow } from './pickle-text.ts'
import { latin1 } from './pickle-values.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// 16,384 binary digits, more than Python's own limit for numbers in text.
const maxLongBytes = 2048

export class PickleInput {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #file: string
  #at: number
  #opcodeAt: number

  constructor(bytes: Uint8Array, start: number, file: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = start
    this.#opcodeAt = start
    this.#file = file
  }

  get at(): number {
    return this.#at
  }

  /** Throws FormatError at the instruction under way. */
  fail(message: string): never {
    throw new FormatError(this.#file, message, { offset: this.#opcodeAt })
  }

  opcode(): number {
    this.#opcodeAt = this.#at
    return this.uint(1)
  }

  /** An unsigned little-endian number of 1, 2, 4 or 8 bytes. */
  uint(size: 1 | 2 | 4 | 8): number {
    this.checkAhead(size)
    const at = this.#at
    this.#at += size
    if (size === 1) return this.#view.getUint8(at)
    if (size === 2) return this.#view.getUint16(at, true)
    if (size === 4) return this.#view.getUint32(at, true)
    return Number(this.#view.getBigUint64(at, true))
  }

  /** A big-endian float64. */
  float(): number {
    this.checkAhead(8)
    this.#at += 8
    return this.#view.getFloat64(this.#at - 8)
  }

  /** A signed little-endian number of `size` bytes: a bigint where a number would lose digits. */
  long(size: number): number | bigint {
    if (size > maxLongBytes) this.fail(`a number of ${size} bytes is too long`)
    const bytes = this.take(size)
    let value = 0n
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i])
    return narrow(BigInt.asIntN(size * 8, value))
  }

  /** The next `size` bytes, as a view. */
  take(size: number): Uint8Array {
    this.checkAhead(size)
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }

  text(size: number): string {
    try {
      return utf8.decode(this.take(size))
    } catch (error) {
      if (error instanceof FormatError) throw error
      return this.fail('a string is not valid UTF-8')
    }
  }

  /** The text up to the next line feed (latin-1), which is consumed. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0) this.fail('a line does not end: the pickle is cut short')
    const line = latin1(this.#bytes.subarray(this.#at, end))
    this.#at = end + 1
    return line
  }

  checkAhead(size: number): void {
    const left = this.#bytes.byteLength - this.#at
    if (size > left) this.fail(`${size} bytes were expected, ${left} are left: the pickle is cut short`)
  }
}
