// The trials that an optimizer learns from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <lode/plugin.hpp>
#include <vector>

namespace arch2vec {

// Architectures with their rewards, each once: the first counts.
class Experience {
 public:
  void Add(lode::ArchitectureView architecture, double reward) {
    const lode::Architecture copy(architecture.begin(), architecture.end());
    if (std::ranges::find(architectures_, copy) != architectures_.end()) { return; }
    architectures_.push_back(copy);
    rewards_.push_back(reward);
  }

  std::size_t size() const { return rewards_.size(); }
  const std::vector<lode::Architecture>& architectures() const { return architectures_; }
  const std::vector<double>& rewards() const { return rewards_; }

  // The best, at most `count` of them; the earlier of equal ones first.
  std::vector<lode::Architecture> Best(std::size_t count) const {
    std::vector<std::size_t> order(size());
    for (std::size_t i = 0; i < size(); ++i) { order[i] = i; }
    std::ranges::stable_sort(
        order, [&](std::size_t a, std::size_t b) { return rewards_[a] > rewards_[b]; });
    order.resize(std::min(count, order.size()));
    std::vector<lode::Architecture> best;
    best.reserve(order.size());
    for (const std::size_t i : order) { best.push_back(architectures_[i]); }
    return best;
  }

 private:
  std::vector<lode::Architecture> architectures_;
  std::vector<double> rewards_;
};

}  // namespace arch2vec
