// Randomness for data: counter-based (Philox 4x64-10, Salmon et al., SC'11), so that the draws for
// an image are a function of the seed and the image, regardless of which thread makes them and
// when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Random123/philox.h>

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>

namespace lode::images {

// The purposes of random draws; each has its own numbers.
enum class Purpose : std::uint64_t { kSplit, kOrder, kAugment };

// The stream of one seed, purpose and item (a class, an image). Cheap to make. Not thread-safe.
class Stream {
 public:
  Stream(std::uint64_t seed, Purpose purpose, std::uint64_t item) {
    key_[0] = seed;
    key_[1] = static_cast<std::uint64_t>(purpose);
    counter_[1] = item;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Valid as long as *this.
  Random random() {
    return Random({this, [](void* self, std::uint64_t* out, std::size_t count) {
                     static_cast<Stream*>(self)->Fill(out, count);
                   }});
  }

 private:
  using Generator = r123::Philox4x64;
  static constexpr std::size_t kBlockWords = 4;

  void Fill(std::uint64_t* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (used_ == kBlockWords) {
        block_ = Generator()(counter_, key_);
        ++counter_[0];
        used_ = 0;
      }
      out[i] = block_[used_++];
    }
  }

  Generator::key_type key_{};
  Generator::ctr_type counter_{};  // block, item
  Generator::ctr_type block_{};
  std::size_t used_ = kBlockWords;
};

}  // namespace lode::images
