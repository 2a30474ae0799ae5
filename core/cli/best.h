// The best results of searches, and the command that shows one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/plugin/catalog.h"
#include "core/search/search_result.h"

namespace lode::cli {

// A run with the best result among searches that are measured alike.
struct BestRun {
  const core::SearchResult* result;
  const core::RunResult* run;

  // "valid_accuracy 91.61"
  std::string Text() const;
};

// Groups the searches by reward, metric, data and space, and returns the best run of each group in
// which a run found something, in the order of the searches. The entries point into `results`.
std::vector<BestRun> BestOf(const std::vector<core::SearchResult>& results);

// Returns the command that shows an architecture of a search: "lode show nb201 '|...|'". `plugins`:
// those named on the command line.
std::string ShowCommand(const core::Search& search, const core::Catalog& catalog,
                        const std::string& architecture,
                        const std::vector<std::filesystem::path>& plugins);

}  // namespace lode::cli
