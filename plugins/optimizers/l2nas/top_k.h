// The state of L2NAS: the operations that the best architectures so far have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace l2nas {

// Keeps the K best distinct architectures by reward. Among equal rewards the earlier architecture
// ranks higher and stays. An architecture that is seen again counts once, with its best reward.
class TopK {
 public:
  TopK(std::size_t k, std::size_t cells) : k_(k), counts_(cells, 0) {}

  void Add(std::span<const std::uint8_t> architecture, double reward);

  std::size_t size() const { return ranking_.size(); }
  // The best has rank 0. REQUIRES: rank < size().
  std::span<const std::uint8_t> architecture(std::size_t rank) const {
    return ranking_[rank].architecture;
  }

  // s = the mean of the kept architectures: writes one value per cell into `state`; zeros if there
  // are none (section 2.2).
  void WriteState(float* state) const;

 private:
  struct Ranked {
    double reward;
    std::vector<std::uint8_t> architecture;
  };

  void Count(std::span<const std::uint8_t> architecture, int change);

  std::size_t k_;
  std::vector<Ranked> ranking_;  // best first
  std::vector<int> counts_;      // of ones in each cell over the ranking
};

}  // namespace l2nas
