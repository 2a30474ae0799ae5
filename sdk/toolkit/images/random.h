// Randomness for data: the draws for an image are a function of the seed and the image, regardless
// of which thread makes them and when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>

#include "toolkit/sampling/philox_stream.h"

namespace lode::images {

// The purposes of random draws; each has its own numbers.
enum class Purpose : std::uint64_t { kSplit, kOrder, kAugment };

// The stream of one seed, purpose and item (a class, an image). Cheap to make. Not thread-safe.
class Stream {
 public:
  Stream(std::uint64_t seed, Purpose purpose, std::uint64_t item)
      : words_({seed, static_cast<std::uint64_t>(purpose)}, {0, item, 0, 0}) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Valid as long as *this.
  Random random() { return Random(words_.handle()); }

 private:
  sampling::PhiloxStream words_;
};

}  // namespace lode::images
