// Uniform draws that do not repeat, shared by random search without repeats, the first population
// of an evolution, and restarts of a local search.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>
#include <unordered_set>
#include <utility>

#include "toolkit/sampling/architecture_key.h"

namespace lode::sampling {

class FreshSampler {
 public:
  explicit FreshSampler(Space space) : space_(std::move(space)) {}

  // `architecture` will not be drawn again.
  void MarkSeen(ArchitectureView architecture) { seen_.insert(KeyOf(architecture)); }
  bool IsSeen(ArchitectureView architecture) const { return seen_.contains(KeyOf(architecture)); }

  // Returns an architecture not marked as seen, all equally likely, by drawing until one comes up.
  // Once none is left: any architecture, all equally likely.
  //
  // With n seen and at least one unseen, a uniform draw is new with probability at least 1 / (n +
  // 1), so 32 (n + 1) unsuccessful draws have probability below exp(-32): then none is left. Unlike
  // a comparison of n with the size of the space, this needs no exact size.
  Architecture Draw(Random random) {
    const std::uint64_t patience = 32 * (std::uint64_t{seen_.size()} + 1);
    for (std::uint64_t draws = 0; !exhausted_ && draws < patience; ++draws) {
      Architecture architecture = space_.Sample(random);
      if (!IsSeen(architecture)) { return architecture; }
    }
    exhausted_ = true;
    return space_.Sample(random);
  }

  bool exhausted() const { return exhausted_; }

 private:
  Space space_;
  std::unordered_set<std::string> seen_;
  bool exhausted_ = false;
};

}  // namespace lode::sampling
