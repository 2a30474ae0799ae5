// The host's randomness: counter-based (Philox 4x64-10, Salmon et al., SC'11), so a word is a
// function of where it is asked for and of nothing that happened before.
#pragma once

#include <Random123/philox.h>
#include <lode/plugin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lode::core {

// What a component is being called for: each has its own words within a step.
enum class Phase : std::uint64_t { kSetup, kExplore, kPerturb, kAsk, kEvaluate, kTell, kPrepare };

// The stream of one component of one run. Not thread-safe.
class RandomStream {
 public:
  // `name` tells components of one run apart: "optimizer/l2nas".
  RandomStream(std::uint64_t seed, std::string_view name);

  // Goes to the first word of a phase of a step; `attempt` counts proposals that were rejected
  // before in this step.
  void Restart(std::uint64_t step, Phase phase, std::uint64_t attempt = 0);

  // Becomes the same component's stream of another run, at its beginning.
  void SetSeed(std::uint64_t seed) {
    key_[0] = seed;
    Restart(0, Phase::kSetup);
  }

  void Fill(std::uint64_t* out, std::size_t count);

  // The stream as components see it; valid as long as *this stays where it is.
  lode_random handle();

 private:
  using Generator = r123::Philox4x64;

  Generator::key_type key_;
  Generator::ctr_type counter_{};  // block, step, phase, attempt
  Generator::ctr_type block_{};
  std::size_t used_ = kBlockWords;

  static constexpr std::size_t kBlockWords = 4;
};

}  // namespace lode::core
