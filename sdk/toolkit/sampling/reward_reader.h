// What a trial counts as for optimizers that learn to keep limits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <lode/plugin.hpp>
#include <optional>

namespace lode::sampling {

// A trial counts as its reward, or, if a limit has rejected it, as the lowest reward so far, so
// that the limit is learned. It counts as nothing if its evaluation failed or there is no reward
// yet.
class RewardReader {
 public:
  std::optional<double> Read(const Trial& trial) {
    if (trial.failed) { return trial.rejected ? lowest_ : std::nullopt; }
    lowest_ = std::min(lowest_.value_or(trial.reward), trial.reward);
    return trial.reward;
  }

 private:
  std::optional<double> lowest_;
};

}  // namespace lode::sampling
