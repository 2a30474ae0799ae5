// The architectures among which the next proposal is chosen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/bo/features.h"
#include "plugins/optimizers/bo/surrogate.h"

namespace bo {

struct Candidate {
  lode::Architecture architecture;
  Row row;
  std::vector<Projection> projections;  // one for each surrogate, or empty
  std::uint64_t drawn = 0;              // the last time
};

// Draws architectures near given ones, and anywhere.
class CandidateGenerator {
 public:
  // How many architectures to draw: near each parent, with one and with two decisions changed, and
  // at random.
  struct Counts {
    std::size_t one_change, two_changes, random;
  };

  CandidateGenerator(lode::Space space, const Counts& counts);

  // Draws one `part`th of the counts, rounded up: of each parent all neighbors, if there are at
  // most `one_change`, else some; `two_changes` neighbors of neighbors; and `random` from the whole
  // space. All neighbors come from the space's own mutations; a space without them has random
  // candidates only. Repeats occur.
  std::vector<lode::Architecture> Draw(lode::Random random,
                                       std::span<const lode::Architecture> parents,
                                       std::size_t part) const;

 private:
  std::vector<lode::Architecture> Near(lode::Random random, const lode::Architecture& parent,
                                       std::size_t part) const;

  lode::Space space_;
  Counts counts_;
};

// Distinct candidates. With few observations all are drawn for each proposal. More observations
// make a new candidate expensive: then a part of them is drawn, and a candidate stays for as many
// proposals as it takes to draw all.
class CandidatePool {
 public:
  // While there are at most that many observations, a candidate stays for one proposal; with n
  // times as many, for n.
  static constexpr std::size_t kFewObservations = 64;

  explicit CandidatePool(CandidateGenerator generator) : generator_(std::move(generator)) {}

  // Draws, and drops what is too old or no longer accepted.
  void Refresh(lode::Random random, std::span<const lode::Architecture> parents,
               std::size_t observations, const std::function<bool(lode::ArchitectureView)>& accepts,
               FeatureCache& features);
  std::span<Candidate> candidates() { return candidates_; }

 private:
  CandidateGenerator generator_;
  std::vector<Candidate> candidates_;
  std::uint64_t draws_ = 0;
};

}  // namespace bo
