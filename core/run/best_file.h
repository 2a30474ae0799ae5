// best.tsv passes what the searches of a stage found to later stages.
#pragma once

#include "core/run/run_listener.h"
#include "core/run/stage_run.h"

namespace lode::core {

inline constexpr char kBestFile[] = "best.tsv";

// Writes one line for each run that found something: architecture, point, seed, the reward's
// metric; the best of each point first. Throws HostError.
void WriteBestFile(const StageRun& stage);

// Rewrites the file of a finished stage from its runs if it is missing or was changed.
// REQUIRES: the stage has its results. Throws HostError.
void MendBestFile(const StageRun& stage, RunListener& listener);

}  // namespace lode::core
