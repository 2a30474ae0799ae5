// The results of plans, stages and directories in numbers, for renderers.
#pragma once

#include <list>
#include <vector>

#include "core/report/stage_comparison.h"
#include "core/report/standings.h"
#include "core/run/stage_run.h"
#include "core/run/stored_runs.h"

namespace lode::core {

std::vector<StageStanding> StandingsOf(const std::list<StageRun>& stages);

// Compares the stages whose searches have finished. Points into their results. Throws HostError.
std::vector<StageComparison> ComparisonsOf(const std::list<StageRun>& stages);

// Points into `stored`, which outlives it. Throws HostError.
DirectoryResults ResultsOf(const StoredRuns& stored);

}  // namespace lode::core
