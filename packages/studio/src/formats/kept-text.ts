// Text that has to be written after what follows it, kept compressed meanwhile: a COCO document lists images and annotations
// apart while records bring both at once, and a million images are 200 MB as text but 60 as this.

import { deflateRawSync, inflateRawSync } from 'node:zlib'

const PIECE = 65_536

export class KeptText {
  readonly #pieces: Buffer[] = []
  #text = ''

  append(text: string): void {
    this.#text += text
    if (this.#text.length < PIECE) return
    this.#pieces.push(deflateRawSync(this.#text, { level: 1 }))
    this.#text = ''
  }

  /** What was appended, in order. */
  async *read(): AsyncIterable<string> {
    for (const piece of this.#pieces) yield inflateRawSync(piece).toString('utf8')
    if (this.#text !== '') yield this.#text
  }
}
