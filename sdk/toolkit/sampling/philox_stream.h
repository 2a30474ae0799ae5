// Words from a counter-based generator (Philox 4x64-10, Salmon et al., SC'11): each depends only on
// the key and on its position, not on earlier calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Random123/philox.h>
#include <lode/plugin.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace lode::sampling {

// Not thread-safe.
class PhiloxStream {
 public:
  // Starts at the first word of a key and a position. The generator counts in position[0].
  PhiloxStream(const std::array<std::uint64_t, 2>& key,
               const std::array<std::uint64_t, 4>& position) {
    Restart(key, position);
  }

  void Restart(const std::array<std::uint64_t, 2>& key,
               const std::array<std::uint64_t, 4>& position) {
    key_ = {{key[0], key[1]}};
    counter_ = {{position[0], position[1], position[2], position[3]}};
    used_ = block_.size();
  }

  void Fill(std::uint64_t* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (used_ == block_.size()) {
        block_ = r123::Philox4x64()(counter_, key_);
        ++counter_[0];
        used_ = 0;
      }
      out[i] = block_[used_++];
    }
  }

  // Returns the stream as components see it; valid as long as *this exists and is not moved.
  lode_random handle() {
    return {this, [](void* self, std::uint64_t* out, std::size_t count) {
              static_cast<PhiloxStream*>(self)->Fill(out, count);
            }};
  }

 private:
  r123::Philox4x64::key_type key_{};
  r123::Philox4x64::ctr_type counter_{};
  r123::Philox4x64::ctr_type block_{};
  std::size_t used_ = 0;
};

}  // namespace lode::sampling
