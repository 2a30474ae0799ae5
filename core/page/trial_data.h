// What a report shows of the trials of one search.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "core/page/known_space.h"
#include "core/page/search_trials.h"
#include "core/report/results.h"

namespace lode::core {

// Bounds on what is drawn, which the page states.
struct TrialBounds {
  std::size_t points = 1500;   // trials
  std::size_t lines = 300;     // architectures in parallel coordinates
  std::size_t samples = 4000;  // architectures that the forest learns from
  std::size_t top = 64;        // architectures that the state is the mean of
};

// Returns {"points", "histogram", "front", "decisions", "parallel", "importance", "state"}; null
// where there is nothing to show, as without a space that may be loaded. Throws HostError.
nlohmann::json TrialData(const SearchTrials& trials, const SearchSummary& summary,
                         const KnownSpace* space, const TrialBounds& bounds = {});

}  // namespace lode::core
