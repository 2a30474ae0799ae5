// Formats the stages of a pipeline as lines, tables and JSON.
#pragma once

#include <list>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/run/stage_run.h"

namespace lode::cli {

// Returns a line for each stored stage and the number of its runs that have not begun.
std::string StageStates(const std::list<core::StageRun>& stages);

// Returns a table for each pair of stages in which the later one measured what the earlier one
// found; "" if there are none.
std::string StageComparisons(const std::list<core::StageRun>& stages);

// Returns {"stages", "comparisons"}.
nlohmann::json StagesToJson(const std::list<core::StageRun>& stages);

}  // namespace lode::cli
