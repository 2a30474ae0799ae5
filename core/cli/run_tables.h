// Tables printed by `run`, `resume` and `show`.
#pragma once

#include <vector>

#include "core/search/search_result.h"

namespace lode::cli {

// Prints a table of the runs of each search and one that compares the searches. REQUIRES: each
// search has a run.
void PrintTables(const std::vector<core::SearchResult>& results);

}  // namespace lode::cli
