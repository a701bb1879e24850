// Texts by the pairs of neighbouring characters in them, to find a text in spite of slips: a slip changes two or three of a
// word's pairs and leaves the rest. Pairs and not trigrams, for a slip in a word of five letters leaves no trigram.

/** Slots are small numbers that the caller gives and may use again after removing. */
export class GramIndex {
  readonly #slots = new Map<string, number[]>()
  #size = 0

  add(slot: number, text: string): void {
    this.#size = Math.max(this.#size, slot + 1)
    for (const gram of gramsOf(text)) {
      const slots = this.#slots.get(gram)
      if (slots) slots.push(slot)
      else this.#slots.set(gram, [slot])
    }
  }

  remove(slot: number, text: string): void {
    for (const gram of gramsOf(text)) {
      const slots = this.#slots.get(gram)
      const at = slots?.indexOf(slot) ?? -1
      if (at >= 0) slots!.splice(at, 1)
    }
  }

  /** Slots whose texts share at least that part of the text's pairs, those that share most first, `limit` at most. */
  similar(text: string, share: number, limit: number): number[] {
    const grams = gramsOf(text)
    // A text folds to at most a few hundred pairs; what a byte cannot count is equally similar.
    const shared = new Uint8Array(this.#size)
    for (const gram of grams) {
      for (const slot of this.#slots.get(gram) ?? []) if (shared[slot] < 255) shared[slot]++
    }
    const least = Math.max(1, Math.min(255, Math.ceil(grams.size * share)))
    const byShared: number[][] = []
    shared.forEach((count, slot) => {
      if (count < least) return
      const level = byShared[count]
      if (level) level.push(slot)
      else byShared[count] = [slot]
    })
    const found: number[] = []
    for (let count = byShared.length - 1; count >= least && found.length < limit; count--) {
      found.push(...(byShared[count] ?? []).slice(0, limit - found.length))
    }
    return found
  }
}

/** Pairs of characters, with the edges of words as spaces. */
function gramsOf(text: string): Set<string> {
  const padded = ` ${text} `
  const grams = new Set<string>()
  for (let i = 0; i + 2 <= padded.length; i++) grams.add(padded.slice(i, i + 2))
  return grams
}
