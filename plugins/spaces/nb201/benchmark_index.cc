#include "plugins/spaces/nb201/benchmark_index.h"

#include <bit>
#include <cstddef>
#include <numeric>
#include <utility>

namespace nb201 {
namespace {

// The Mersenne twister MT19937 (Matsumoto and Nishimura, 1998), seeded from an array of one word as
// Python's random.seed does. std::mt19937 has no such seeding.
class PythonRandom {
 public:
  explicit PythonRandom(std::uint32_t seed) {
    Fill(19650218u);
    std::size_t i = 1;
    for (std::size_t k = 0; k < kWords; ++k) {
      state_[i] = (state_[i] ^ (Mixed(i) * 1664525u)) + seed;
      i = Next(i);
    }
    for (std::size_t k = 1; k < kWords; ++k) {
      state_[i] = (state_[i] ^ (Mixed(i) * 1566083941u)) - static_cast<std::uint32_t>(i);
      i = Next(i);
    }
    state_[0] = 0x80000000u;
  }

  // Returns a number below `bound`, all equally likely: draws as many bits as `bound` has until
  // they are less than it.
  std::uint32_t Below(std::uint32_t bound) {
    const auto bits = static_cast<int>(std::bit_width(bound));
    std::uint32_t drawn = bound;
    while (drawn >= bound) { drawn = Word() >> (32 - bits); }
    return drawn;
  }

 private:
  static constexpr std::size_t kWords = 624, kShift = 397;

  void Fill(std::uint32_t seed) {
    state_[0] = seed;
    for (std::size_t i = 1; i < kWords; ++i) {
      state_[i] =
          1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + static_cast<std::uint32_t>(i);
    }
  }
  std::uint32_t Mixed(std::size_t i) const { return state_[i - 1] ^ (state_[i - 1] >> 30); }
  std::size_t Next(std::size_t i) {
    if (++i < kWords) { return i; }
    state_[0] = state_[kWords - 1];
    return 1;
  }

  void Twist() {
    for (std::size_t i = 0; i < kWords; ++i) {
      const std::uint32_t y = (state_[i] & 0x80000000u) | (state_[(i + 1) % kWords] & 0x7fffffffu);
      state_[i] = state_[(i + kShift) % kWords] ^ (y >> 1) ^ (y % 2 == 0 ? 0 : 0x9908b0dfu);
    }
    next_ = 0;
  }
  std::uint32_t Word() {
    if (next_ == kWords) { Twist(); }
    std::uint32_t y = state_[next_++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }

  std::array<std::uint32_t, kWords> state_{};
  std::size_t next_ = kWords;
};

std::array<std::uint16_t, kArchitectures> Shuffled() {
  std::array<std::uint16_t, kArchitectures> order{};
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  PythonRandom random(88);
  for (std::uint32_t i = kArchitectures - 1; i > 0; --i) {
    std::swap(order[i], order[random.Below(i + 1)]);
  }
  return order;
}

}  // namespace

const std::array<std::uint16_t, kArchitectures>& BenchmarkOrder() {
  static const std::array<std::uint16_t, kArchitectures> order = Shuffled();
  return order;
}

}  // namespace nb201
