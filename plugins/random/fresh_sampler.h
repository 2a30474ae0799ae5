// Uniform draws that do not repeat, shared by random search without repeats, the first population
// of an evolution, and restarts of a local search.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>
#include <unordered_set>

class FreshSampler {
 public:
  explicit FreshSampler(lode::Space space) : space_(std::move(space)) {}

  // `architecture` will not be drawn again.
  void MarkSeen(lode::ArchitectureView architecture) { seen_.insert(Key(architecture)); }
  bool IsSeen(lode::ArchitectureView architecture) const {
    return seen_.contains(Key(architecture));
  }

  // Returns an architecture not marked as seen, all equally likely, by drawing until one comes up.
  // Once none is left: any architecture, all equally likely.
  //
  // With n seen and at least one unseen, a uniform draw is new with probability at least 1 / (n +
  // 1), so 32 (n + 1) unsuccessful draws have probability below exp(-32): then none is left. Unlike
  // a comparison of n with the size of the space, this needs no exact size.
  lode::Architecture Draw(lode::Random random) {
    const std::uint64_t patience = 32 * (std::uint64_t{seen_.size()} + 1);
    for (std::uint64_t draws = 0; !exhausted_ && draws < patience; ++draws) {
      lode::Architecture architecture = space_.Sample(random);
      if (!IsSeen(architecture)) return architecture;
    }
    exhausted_ = true;
    return space_.Sample(random);
  }

  bool exhausted() const { return exhausted_; }

 private:
  static std::string Key(lode::ArchitectureView architecture) {
    return {architecture.begin(), architecture.end()};
  }

  lode::Space space_;
  std::unordered_set<std::string> seen_;
  bool exhausted_ = false;
};
