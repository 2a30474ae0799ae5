// The stages of a pipeline as lines, tables and JSON.
#pragma once

#include <list>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/run/stage_run.h"

namespace lode::cli {

// A line for each stage that is kept, and what of its runs has not begun.
std::string StageStates(const std::list<core::StageRun>& stages);

// A table for each two stages of which the later one measured what the earlier one found, or "".
std::string StageComparisons(const std::list<core::StageRun>& stages);

// {"stages", "comparisons"}.
nlohmann::json StagesToJson(const std::list<core::StageRun>& stages);

}  // namespace lode::cli
