// The JSON of one search's summary.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/report/results.h"
#include "core/report/statistics.h"

namespace lode::core {

// Returns {"mean", "std", "count"}; null for what is not known.
nlohmann::json StatisticToJson(const Statistic& statistic);

// Returns the statistic of the best at the end of the budget, what was searched, and how far the
// runs got.
nlohmann::json SummaryToJson(const SearchSummary& summary);

}  // namespace lode::core
