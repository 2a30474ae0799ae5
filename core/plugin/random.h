// The host's randomness. It is counter-based (Philox 4x64-10, Salmon et al., SC'11): a word depends
// only on its position, not on earlier calls.
#pragma once

#include <Random123/philox.h>
#include <lode/plugin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lode::core {

// The purpose of a call into a component. Each has its own words within a step.
enum class Phase : std::uint64_t { kSetup, kExplore, kPerturb, kAsk, kEvaluate, kTell, kPrepare };

// The stream of one component of one run. Not thread-safe.
class RandomStream {
 public:
  // `name` distinguishes the components of one run: "optimizer/l2nas".
  RandomStream(std::uint64_t seed, std::string_view name);

  // Moves to the first word of a phase of a step. `attempt` is the number of proposals rejected
  // before in this step.
  void Restart(std::uint64_t step, Phase phase, std::uint64_t attempt = 0);

  // Becomes the stream of the same component in another run, at its beginning.
  void SetSeed(std::uint64_t seed) {
    key_[0] = seed;
    Restart(0, Phase::kSetup);
  }

  void Fill(std::uint64_t* out, std::size_t count);

  // Returns the stream as components see it; valid as long as *this exists and is not moved.
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
