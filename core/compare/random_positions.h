// Random positions for statistics that resample: the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "toolkit/sampling/philox_stream.h"

namespace lode::core {

// Draws positions below `count`, by the upper half of a product: what that is not even is less than
// 2^-32 for samples of any size that fits in memory.
class RandomPositions {
 public:
  std::size_t Below(std::size_t count) {
    if (!half_) { words_.Fill(&word_, 1); }
    const std::uint64_t part = half_ ? word_ >> 32 : word_ & 0xffffffff;
    half_ = !half_;
    return static_cast<std::size_t>(part * count >> 32);
  }

 private:
  sampling::PhiloxStream words_{{}, {}};
  std::uint64_t word_ = 0;
  bool half_ = false;  // the upper half of the word is left
};

}  // namespace lode::core
