// best.tsv: what the searches of a stage found, for later stages.
#pragma once

#include "core/run/run_listener.h"
#include "core/run/stage_run.h"

namespace lode::core {

inline constexpr char kBestFile[] = "best.tsv";

// Writes one line for each run that found something: architecture, point, seed, the reward's metric.
// Throws HostError.
void WriteBestFile(const StageRun& stage);

// Writes that of a finished stage again, since its runs are there, if it is not as it was left.
// REQUIRES: the stage has its results. Throws HostError.
void MendBestFile(const StageRun& stage, RunListener& listener);

}  // namespace lode::core
