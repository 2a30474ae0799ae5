// The unit of the tree's and the network's values.
#pragma once

#include "toolkit/statistics/sorted_values.h"

namespace alphax {

// Maps the rewards from `low` to `high` to [0, 1], linearly; lower ones are below 0.
struct RewardInterval {
  double low = 0, high = 1;

  // 1/2 if the interval is a point. REQUIRES: low <= high.
  double ToUnit(double reward) const { return high > low ? (reward - low) / (high - low) : 0.5; }
  double FromUnit(double value) const { return low + value * (high - low); }
};

// The interval whose middle is the median of all rewards so far, and whose upper end is the best of
// them. So the differences between good architectures are as large in any unit, after any
// transform, and however bad the bad ones are.
class RewardScale {
 public:
  void Add(double reward) { rewards_.Add(reward); }

  // From 0 to 1 before the first reward.
  RewardInterval interval() const {
    if (rewards_.empty()) { return {}; }
    const double best = rewards_.Largest();
    return {2 * rewards_.Median() - best, best};
  }

 private:
  lode::statistics::SortedValues rewards_;
};

}  // namespace alphax
