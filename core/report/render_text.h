// Lays out results as text, at most `width` columns wide.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/report/columns.h"
#include "core/report/results.h"
#include "core/report/standings.h"

namespace lode::core {

// Returns the runs of a search, their combined results, the front, and why runs ended early.
std::string FormatRuns(const SearchSummary& summary, std::size_t width = kUnlimited);

// Returns a comparison of the searches. REQUIRES: a summary.
std::string FormatComparison(std::span<const SearchSummary> summaries,
                             std::size_t width = kUnlimited);

// Returns the runs of each search, and a comparison if there are several searches or published
// figures. A blank line follows each table.
std::string FormatSearches(std::span<const SearchSummary> summaries,
                           std::size_t width = kUnlimited);

// Returns a table for each comparison, with a blank line after each.
std::string FormatStageComparisons(const std::vector<StageComparison>& comparisons,
                                   std::size_t width = kUnlimited);

// Returns a table of supernets and one of the stages that are not measured, each with a blank line
// after it, where there are any.
std::string FormatStages(const std::vector<StageStanding>& stages, std::size_t width = kUnlimited);

// Returns all that is known of a directory but its damages.
std::string FormatDirectory(const DirectoryResults& results, std::size_t width = kUnlimited);

// Returns the directories one after another, then a comparison of all their searches.
std::string FormatDirectories(const std::vector<DirectoryResults>& all,
                              std::size_t width = kUnlimited);

// Returns a table of pipelines, then the commands that continue them, which are not wrapped.
std::string FormatPipelines(const std::vector<PipelineStanding>& pipelines,
                            std::size_t width = kUnlimited);

}  // namespace lode::core
