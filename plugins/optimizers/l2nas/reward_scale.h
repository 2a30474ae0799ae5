// Rewards relative to those seen so far.
#pragma once

#include <algorithm>
#include <cstddef>

#include "toolkit/statistics/sorted_values.h"

namespace l2nas {

// Maps a reward r to max((r - median) / (best - median), -1), with the median and the best of the
// distinct architectures' rewards so far: the best is 1, the better half is above 0, and all that
// is worse by far is the same. So what the critic learns depends neither on the reward's unit nor
// on its transform's steepness, and its differences are those between good architectures.
class RewardScale {
 public:
  // Adds the reward of an architecture that was not added before.
  void Add(double reward) { rewards_.Add(reward); }

  // The number of rewards added.
  std::size_t size() const { return rewards_.size(); }

  // REQUIRES: size() > 0.
  double operator()(double reward) const {
    const double above = reward - rewards_.Median();
    const double spread = rewards_.Largest() - rewards_.Median();
    if (above >= spread) { return 1; }
    return std::max(above / spread, -1.0);
  }

 private:
  lode::statistics::SortedValues rewards_;
};

}  // namespace l2nas
