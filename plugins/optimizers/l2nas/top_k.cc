#include "plugins/optimizers/l2nas/top_k.h"

#include <algorithm>

namespace l2nas {

void TopK::Add(std::span<const std::uint8_t> architecture, double reward) {
  if (ranking_.size() == k_ && reward <= ranking_.back().reward) {
    return;  // not better than any that is kept, whether it is kept itself or not
  }
  const auto same = std::ranges::find_if(
      ranking_, [&](const Ranked& r) { return std::ranges::equal(r.architecture, architecture); });
  if (same != ranking_.end()) {
    if (reward <= same->reward) { return; }
    Count(architecture, -1);
    ranking_.erase(same);
  } else if (ranking_.size() == k_) {
    Count(ranking_.back().architecture, -1);
    ranking_.pop_back();
  }
  const auto place =
      std::ranges::upper_bound(ranking_, reward, std::ranges::greater(), &Ranked::reward);
  ranking_.insert(place, {reward, {architecture.begin(), architecture.end()}});
  Count(architecture, 1);
}

void TopK::WriteState(float* state) const {
  const float kept = ranking_.empty() ? 1.0f : static_cast<float>(ranking_.size());
  std::ranges::transform(counts_, state,
                         [&](int count) { return static_cast<float>(count) / kept; });
}

void TopK::Count(std::span<const std::uint8_t> architecture, int change) {
  for (std::size_t i = 0; i < counts_.size(); ++i) { counts_[i] += change * architecture[i]; }
}

}  // namespace l2nas
