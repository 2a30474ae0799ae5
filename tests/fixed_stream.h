// Random numbers for tests that want no host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>

namespace lode::test {

// A fixed stream of words: Weyl's sequence through a 64-bit mixer.
class FixedStream {
 public:
  explicit FixedStream(std::uint64_t seed) : state_(seed) {}
  lode::Random random() { return lode::Random(lode_random{this, Fill}); }

 private:
  static void Fill(void* ctx, std::uint64_t* out, std::size_t count) {
    auto& state = static_cast<FixedStream*>(ctx)->state_;
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t z = state += 0x9e3779b97f4a7c15u;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
      out[i] = z ^ (z >> 31);
    }
  }
  std::uint64_t state_;
};

}  // namespace lode::test
