// A strict scanner of JSON bytes for file headers: it knows where each thing stands, refuses what JSON.parse lets
// pass in silence (duplicate keys, numbers that lose digits, lone surrogates), and never recurses by itself.

import { FormatError } from '../errors.ts'

const quote = 0x22
const backslash = 0x5c
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A string with the place of its first byte after the opening quote, and of its closing quote. */
export interface ScannedString {
  readonly text: string
  readonly start: number
  readonly end: number
}

export class JsonScanner {
  readonly #bytes: Uint8Array
  readonly #file: string
  readonly #end: number
  #at: number

  /** Scans `bytes` from `start` to `end`; positions, in errors too, count from the beginning of `bytes`. */
  constructor(bytes: Uint8Array, start: number, end: number, file: string) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.#file = file
  }

  get at(): number {
    return this.#at
  }

  fail(message: string, at = this.#at): never {
    throw new FormatError(this.#file, message, { offset: at })
  }

  /** `{ "key": value, ... }`: calls `member` at each value. Duplicate keys and `__proto__` are refused. */
  object(member: (key: string) => void): void {
    const seen = new Set<string>()
    this.#list(0x7b, 0x7d, () => {
      const key = this.string()
      if (key.text === '__proto__') this.fail('the key "__proto__" is not allowed', key.start)
      if (seen.has(key.text)) this.fail(`the key ${JSON.stringify(key.text)} appears twice`, key.start)
      seen.add(key.text)
      this.#expect(0x3a)
      member(key.text)
    })
  }

  /** `[ value, ... ]`: calls `element` at each value. */
  array(element: () => void): void {
    this.#list(0x5b, 0x5d, element)
  }

  string(): ScannedString {
    this.#expect(quote)
    const start = this.#at
    let escaped = false
    for (; ; this.#at++) {
      const byte = this.#byte()
      if (byte === quote) break
      if (byte < 0x20) this.fail('a string holds a control character')
      if (byte !== backslash) continue
      escaped = true
      this.#at++
      this.#byte()
    }
    const end = this.#at++
    let text: string
    try {
      text = utf8.decode(this.#bytes.subarray(start, end))
      if (escaped) text = JSON.parse(`"${text}"`) as string
    } catch {
      this.fail('a string is not valid UTF-8 or has a bad escape', start)
    }
    if (!text.isWellFormed()) this.fail('a string holds half of a surrogate pair', start)
    return { text, start, end }
  }

  /** A whole number from 0 to 2^53 - 1, without sign, fraction, exponent or leading zeros. */
  count(): number {
    this.#space()
    const start = this.#at
    let text = ''
    while (this.#at < this.#end && /[-+.\deE]/.test(String.fromCharCode(this.#bytes[this.#at]))) {
      text += String.fromCharCode(this.#bytes[this.#at++])
      if (text.length > 32) break
    }
    if (!/^(0|[1-9]\d*)$/.test(text))
      this.fail(`a whole number, 0 or more, was expected here, not '${text || this.#shown()}'`, start)
    const value = Number(text)
    if (!Number.isSafeInteger(value)) this.fail(`the number ${text} is too large`, start)
    return value
  }

  /** After the value there may be spaces only (the padding that aligns the data). */
  end(): void {
    for (; this.#at < this.#end; this.#at++)
      if (this.#bytes[this.#at] !== 0x20) this.fail('only spaces may follow the header')
  }

  #list(open: number, close: number, item: () => void): void {
    this.#expect(open)
    this.#space()
    if (this.#byte() === close) {
      this.#at++
      return
    }
    for (;;) {
      item()
      this.#space()
      const byte = this.#byte()
      this.#at++
      if (byte === close) return
      if (byte !== 0x2c) this.fail(`',' or '${String.fromCharCode(close)}' was expected`, this.#at - 1)
    }
  }

  #expect(byte: number): void {
    this.#space()
    if (this.#byte() !== byte) this.fail(`'${String.fromCharCode(byte)}' was expected, not ${this.#shown()}`)
    this.#at++
  }

  #space(): void {
    while (this.#at < this.#end && [0x20, 0x09, 0x0a, 0x0d].includes(this.#bytes[this.#at])) this.#at++
  }

  #byte(): number {
    if (this.#at >= this.#end) this.fail('the header ends in the middle of a value')
    return this.#bytes[this.#at]
  }

  #shown(): string {
    if (this.#at >= this.#end) return 'the end'
    const byte = this.#bytes[this.#at]
    return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte ${byte}`
  }
}
