// Numbers and strings as the text protocol of pickle (0) spells them.

import type { Refuse } from './pickle-values.ts'

// As Python's own limit on the digits of a number in text.
const maxDigits = 4300

/** A whole number in decimal digits. */
export function textLong(text: string, refuse: Refuse): number | bigint {
  if (text.length > maxDigits) return refuse(`a number of ${text.length} digits is too long`)
  if (!/^[-+]?\d+$/.test(text)) return refuse(`'${text.slice(0, 40)}' is no whole number`)
  return narrow(text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', '')))
}

/** A number where it is exact, a bigint where not. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

const escapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** The bytes of a quoted Python byte string, as `repr` writes it. */
export function unescapeBytes(line: string, refuse: Refuse): Uint8Array {
  const quoted = /^\s*(['"])(.*)\1\s*$/s.exec(line)
  if (!quoted) return refuse('a string has no quotes')
  const text = quoted[2].replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (_, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff)
    return escapes[code] ?? refuse(`a string has the unknown escape '\\${code}'`)
  })
  return Buffer.from(text, 'latin1')
}

/** Python's raw-unicode-escape: \uXXXX and \UXXXXXXXX, all else as it stands. */
export function unescapeUnicode(line: string, refuse: Refuse): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const point = Number.parseInt(short ?? long!, 16)
    return point > 0x10ffff ? refuse('a string has a character beyond Unicode') : String.fromCodePoint(point)
  })
}

/** A number as Python's `repr` of a float spells it. */
export function textFloat(text: string, refuse: Refuse): number {
  if (!/^[-+]?(\d+\.?\d*(e[-+]?\d+)?|\.\d+(e[-+]?\d+)?|inf|nan)$/i.test(text))
    return refuse(`'${text.slice(0, 40)}' is no number`)
  return Number(text.toLowerCase().replace('inf', 'Infinity').replace('nan', 'NaN'))
}
