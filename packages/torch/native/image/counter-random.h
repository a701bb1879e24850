// Random numbers as a function of a counter: Philox4x32 with ten rounds (Salmon et al., "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011). Every image has its own stream, named by (seed, epoch, position in the epoch), so
// a batch is the same whichever thread makes which image.
#pragma once

#include <cstdint>

namespace image {

class CounterRandom {
 public:
  CounterRandom(uint64_t seed, uint32_t epoch, uint32_t position)
      : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)}, counter_{0, position, epoch, 0} {}

  uint32_t next() {
    if (used_ == 4) refill();
    return block_[used_++];
  }

  /** In [0, 1), 32 bits. */
  double uniform() { return next() * (1.0 / 4294967296.0); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /** In 0 .. bound - 1, by multiplication; the bias is below bound / 2^32. */
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((static_cast<uint64_t>(next()) * bound) >> 32);
  }

 private:
  uint32_t key_[2];
  uint32_t counter_[4];
  uint32_t block_[4];
  int used_ = 4;

  void refill() {
    uint32_t c[4] = {counter_[0], counter_[1], counter_[2], counter_[3]};
    uint32_t k0 = key_[0], k1 = key_[1];
    for (int round = 0; round < 10; round++) {
      const uint64_t p0 = 0xD2511F53ull * c[0];
      const uint64_t p1 = 0xCD9E8D57ull * c[2];
      const uint32_t next0 = static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k0;
      const uint32_t next2 = static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k1;
      c[1] = static_cast<uint32_t>(p1);
      c[3] = static_cast<uint32_t>(p0);
      c[0] = next0;
      c[2] = next2;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; i++) block_[i] = c[i];
    counter_[0]++;
    used_ = 0;
  }
};

}  // namespace image
