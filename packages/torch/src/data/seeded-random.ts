// A small generator of random numbers for samplers: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear
// pseudorandom number generators", 2021). Plain integers, so a seed gives the same numbers on every machine.

/** The four words of the generator; plain JSON. */
export type RandomState = readonly [number, number, number, number]

const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k))

export class SeededRandom {
  #a = 0
  #b = 0
  #c = 0
  #d = 0

  /**
   * @param seed an integer from 0 to 2^53 - 1
   * @param stream further integers: each list names a stream of its own, e.g. an epoch or a class
   */
  constructor(seed: number, ...stream: number[]) {
    // Absorbs the words one by one into four differently started hashes (the finaliser of MurmurHash3).
    const words = [seed, ...stream].flatMap((n) => [n >>> 0, Math.floor(n / 2 ** 32) >>> 0])
    const hash = (start: number) => {
      let h = start
      for (const word of words) {
        h = Math.imul(h ^ word, 0x85ebca6b)
        h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
        h = (h ^ (h >>> 16)) + 0x9e3779b9
      }
      return h | 0
    }
    this.setState([hash(0x243f6a88), hash(0x85a308d3), hash(0x13198a2e), hash(0x03707344)])
  }

  state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0]
  }

  setState(state: RandomState): void {
    this.#a = state[0] | 0
    this.#b = state[1] | 0
    this.#c = state[2] | 0
    this.#d = state[3] | 0
    // All zeros would stay zeros for ever.
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#d = 1
  }

  /** An integer from 0 to 2^32 - 1. */
  next(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9)
    const t = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = rotate(this.#d, 11)
    return result >>> 0
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.next() / 2 ** 32
  }

  /** An integer from 0 to bound - 1, each equally likely; bound from 1 to 2^32. */
  below(bound: number): number {
    const fair = 2 ** 32 - (2 ** 32 % bound)
    let value = this.next()
    while (value >= fair) value = this.next()
    return value % bound
  }

  /** Puts the items into random order, in place (Fisher-Yates). */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const item = items[i] as number
      items[i] = items[j] as number
      items[j] = item
    }
    return items
  }

  /** 0 .. count - 1 in random order. */
  permutation(count: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: count }, (_, i) => i))
  }
}
