// The number of objectives of a search.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <string>

namespace lode::sampling {

// All trials that an optimizer is told have the same number of objectives.
class ObjectiveCount {
 public:
  // Throws InvalidError if a trial has another number than those before.
  void Take(const Trial& trial) {
    const std::size_t count = trial.objectives.size();
    if (count_ != 0 && count != count_) {
      throw InvalidError("the trial has " + std::to_string(count) +
                         " objectives, those before had " + std::to_string(count_));
    }
    count_ = count;
  }

  // 0 before the first trial.
  std::size_t get() const { return count_; }

 private:
  std::size_t count_ = 0;
};

}  // namespace lode::sampling
