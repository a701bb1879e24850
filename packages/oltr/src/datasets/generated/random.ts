// Random numbers for drawing: one independent stream per image, addressed by a key instead of by order, so that an
// image is the same however many others are drawn before it. The generator is Chris Doty-Humphrey's sfc32 (PractRand);
// integer arithmetic only, hence the same on every machine.

/** Scrambles one 32-bit word (the finaliser of MurmurHash3): a bijection in which each bit reaches all others. */
function scramble(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** A stream of random numbers that depends on `key` alone (integers up to 2^53 - 1; order matters). */
export class KeyedRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(...key: readonly number[]) {
    let [a, b, c] = [0x243f6a88, 0x85a308d3, 0x13198a2e]
    for (const part of key) {
      for (const word of [part >>> 0, Math.floor(part / 2 ** 32)]) {
        a = scramble(a ^ word)
        b = scramble(b + a)
        c = scramble(c ^ Math.imul(b, 0x9e3779b1))
      }
    }
    this.#a = a
    this.#b = b
    this.#c = c
    for (let round = 0; round < 12; round++) this.next()
  }

  /** The next 32 random bits, as an integer in [0, 2^32). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * (this.next() / 4294967296)
  }

  /** Uniform in -extent..extent. */
  around(extent: number): number {
    return this.uniform(-extent, extent)
  }

  /** An integer in [0, count); for the small counts here the bias of scaling 32 bits is below 1e-7. */
  integer(count: number): number {
    return Math.floor((this.next() / 4294967296) * count)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(choices.length)] as T
  }

  chance(probability: number): boolean {
    return this.next() / 4294967296 < probability
  }
}
