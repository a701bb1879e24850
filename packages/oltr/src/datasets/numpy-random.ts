// NumPy's legacy generator, bit for bit: Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded as
// `numpy.random.RandomState(seed)` seeds it, with the shuffle that published long-tail splits were drawn with.
// Only this stream selects the same CIFAR-LT images as the code the benchmark comes from.

const WORDS = 624
const OFFSET = 397

/** `numpy.random.RandomState(seed)`; seed in 0..2^32-1, else RangeError. Identical output for identical calls. */
export class RandomState {
  readonly #state = new Uint32Array(WORDS)
  #position = WORDS

  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(`a seed is an integer between 0 and 4294967295, got ${seed}`)
    }
    const state = this.#state
    state[0] = seed
    for (let i = 1; i < WORDS; i++) {
      const mixed = state[i - 1] ^ (state[i - 1] >>> 30)
      state[i] = Math.imul(1812433253, mixed) + i
    }
  }

  /** The next 32 random bits, 0..2^32-1. */
  nextUint32(): number {
    if (this.#position === WORDS) this.#refill()
    let word = this.#state[this.#position++]
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    return (word ^ (word >>> 18)) >>> 0
  }

  /** A uniform number in [0, 1) with 53 random bits: `random_sample()`. */
  random(): number {
    const high = this.nextUint32() >>> 5
    const low = this.nextUint32() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** A uniform integer in 0..max inclusive, max below 2^32: masked rejection, as the legacy shuffle draws it. */
  interval(max: number): number {
    if (max === 0) return 0
    const mask = 0xffffffff >>> Math.clz32(max)
    let value = (this.nextUint32() & mask) >>> 0
    while (value > max) value = (this.nextUint32() & mask) >>> 0
    return value
  }

  /** Shuffles in place, `RandomState.shuffle` of a one-dimensional array; returns its argument. */
  shuffle<T extends { [index: number]: unknown; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.interval(i)
      const kept = items[i]
      items[i] = items[j]
      items[j] = kept
    }
    return items
  }

  /** 0..length-1 in random order: `RandomState.permutation(length)`. */
  permutation(length: number): Int32Array {
    return this.shuffle(Int32Array.from({ length }, (_, index) => index))
  }

  #refill(): void {
    const state = this.#state
    for (let i = 0; i < WORDS; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff)
      state[i] = state[(i + OFFSET) % WORDS] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
    }
    this.#position = 0
  }
}
