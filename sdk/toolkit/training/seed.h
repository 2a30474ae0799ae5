// Seeds of the parts of a training.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace lode::training {

// Returns unrelated seeds for neighboring seeds and numbers (of epochs, say).
inline std::uint64_t SeedOf(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = seed + (number + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace lode::training
