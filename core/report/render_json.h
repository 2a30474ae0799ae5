// Lays out results as JSON, for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "core/report/results.h"
#include "core/report/stage_comparison.h"
#include "core/report/standings.h"

namespace lode::core {

// Returns the search's point of its grid: {"oracle.dataset": "cifar10", ...}.
nlohmann::json PointToJson(const Search& search);

// Returns {"runs": [...], "summaries": [...], "summary": {...} if there is one search}.
nlohmann::json ToJson(std::span<const SearchSummary> summaries);

// Returns [{"earlier", "later", "rows": [{"point", "architecture", METRIC there, "metrics":
// {...}}]}].
nlohmann::json ToJson(const std::vector<StageComparison>& comparisons);

// Returns {"stages", "comparisons"}.
nlohmann::json StagesToJson(const std::vector<StageStanding>& stages,
                            const std::vector<StageComparison>& comparisons);

// Returns the searches of all directories as above, with "unfinished"; and, as far as there are
// any, "damages", "stages" and "comparisons".
nlohmann::json ToJson(const std::vector<DirectoryResults>& all);

// Returns [{"directory", "changed", "state", "ended", "runs", "steps", "best", ...}].
nlohmann::json ToJson(const std::vector<PipelineStanding>& pipelines);

}  // namespace lode::core
