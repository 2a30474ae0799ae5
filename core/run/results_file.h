// results.csv: the results of all runs in a directory, for pandas, R and spreadsheets.
#pragma once

#include <filesystem>
#include <set>

#include "core/run/completion.h"
#include "core/run/run_listener.h"

namespace lode::core {

inline constexpr char kResultsFile[] = "results.csv";

// One row for each run, in the plan's order: which it is (pipeline, components, the paths of [grid],
// seed), how it ended (status, steps, queries, failures), and its best so far (step, reward, all
// metrics, architecture). What a run does not have is empty. The texts are those of the tables.
//
// Writes the file anew if it is missing or one of these. Throws HostError, also if another file is in
// its place, or if some runs could not be read: then the file has the others.
void WriteResultsFile(const std::filesystem::path& directory);

// The same in directories that hold all runs of a pipeline each, after these have been executed. Returns
// `completion`, or after a notice kFailed instead of kDone.
Completion KeepResults(const std::set<std::filesystem::path>& directories, Completion completion,
                       RunListener& listener);

}  // namespace lode::core
