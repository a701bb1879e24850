// How deep JSON may be nested, wherever it comes from. Nothing that the studio reads needs more than a few levels, while every
// program that walks through a value goes as deep as it does.

export const DEEPEST = 32

const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d

/** Whether a text opens more brackets than that before it closes them. What is no JSON at all is left to the parser. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++)
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        break
      case BRACE:
      case BRACKET:
        if (++depth > DEEPEST) return true
        break
      case BRACE_END:
      case BRACKET_END:
        depth--
    }
  return false
}

/** Where the quotes that open here are closed; the end of the text where they are not. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; ; ) {
    const end = text.indexOf('"', at)
    if (end < 0) return text.length
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++
    if (escapes % 2 === 0) return end
    at = end + 1
  }
}
