// What a search had found at its end, beside the truth: Figure 2 of L2NAS's paper.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/page/known_space.h"
#include "core/page/search_trials.h"
#include "core/report/results.h"

namespace lode::core {

struct SearchState {
  std::uint64_t seed = 0, steps = 0;        // of the best run
  std::vector<lode::Architecture> found{};  // the best ones of that run, the best first
  std::vector<lode::Architecture> truth{};  // those of the space; empty if they are not known
};

// Returns at most `count` architectures of each; none if no run found something. Throws HostError.
std::optional<SearchState> FindState(const SearchSummary& summary, const SearchTrials& trials,
                                     const KnownSpace& known, std::size_t count);

// Returns for each cell the share of architectures that have a 1 there. REQUIRES: an architecture.
std::vector<double> MeanOf(const std::vector<lode::Architecture>& architectures);

}  // namespace lode::core
