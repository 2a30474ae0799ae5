// results.csv: the results of all runs in a directory, for pandas, R and spreadsheets.
#pragma once

#include <filesystem>
#include <set>

#include "core/run/completion.h"
#include "core/run/run_listener.h"

namespace lode::core {

inline constexpr char kResultsFile[] = "results.csv";

// Has one row per run, in the plan's order (report/render_csv.h). Texts are the same as in the
// tables.
//
// Writes the file, replacing only a file written by this function. Throws HostError, also if a
// foreign file is in its place, or if some runs could not be read; then the file has the others.
void WriteResultsFile(const std::filesystem::path& directory);

// Writes the file in directories that each hold all runs of a pipeline, after these have been
// executed. Returns `completion`; if that fails, issues a notice and returns kFailed instead of
// kDone.
Completion KeepResults(const std::set<std::filesystem::path>& directories, Completion completion,
                       RunListener& listener);

}  // namespace lode::core
