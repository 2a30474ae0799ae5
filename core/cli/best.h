// The best of searches, and how to look at it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/plugin/catalog.h"
#include "core/search/search_result.h"

namespace lode::cli {

// A run whose best is the best of all that are measured alike.
struct BestRun {
  const core::SearchResult* result;
  const core::RunResult* run;

  // "valid_accuracy 91.61"
  std::string Text() const;
};

// Of the searches with the same reward of the same metric, on the same data and space: one for each such
// group in which a run found something, in the order of the searches. They point into `results`.
std::vector<BestRun> BestOf(const std::vector<core::SearchResult>& results);

// "lode show nb201 '|...|'": what a user types to see an architecture of a search. `plugins`: those
// that were named on the command line.
std::string ShowCommand(const core::Search& search, const core::Catalog& catalog,
                        const std::string& architecture,
                        const std::vector<std::filesystem::path>& plugins);

}  // namespace lode::cli
