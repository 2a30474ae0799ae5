// The host's randomness: a word depends only on its position, not on earlier calls.
#pragma once

#include <lode/plugin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "toolkit/sampling/philox_stream.h"

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

  void Fill(std::uint64_t* out, std::size_t count) { words_.Fill(out, count); }

  // Returns the stream as components see it; valid as long as *this exists and is not moved.
  lode_random handle() { return words_.handle(); }

 private:
  std::array<std::uint64_t, 2> key_;
  sampling::PhiloxStream words_;
};

}  // namespace lode::core
