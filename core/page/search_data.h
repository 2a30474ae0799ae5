// What a report shows of one search.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/compare/given_runs.h"
#include "core/page/trial_data.h"
#include "core/report/results.h"

namespace lode::core {

// Returns what was searched and how, the curves over its seeds, its trials, the best architectures
// with their pictures, where its time went, and the commands that repeat it. Throws HostError for
// stores that cannot be read.
nlohmann::json SearchData(const GivenSearch& search, const SearchSummary& summary,
                          const std::vector<std::filesystem::path>& plugins,
                          const TrialBounds& bounds);

}  // namespace lode::core
