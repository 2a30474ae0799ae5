// The files that pass what the searches of a stage found to later stages.
#pragma once

#include <array>

#include "core/run/run_listener.h"
#include "core/run/stage_run.h"

namespace lode::core {

inline constexpr char kBestFile[] = "best.tsv";
inline constexpr char kTrialsFile[] = "trials.csv";
inline constexpr std::array kStageFiles = {kBestFile, kTrialsFile};

// Writes best.tsv, with one line for each run that found something: architecture, point, seed, the
// reward's metric; the best of each point first. And trials.csv, with one line for each full
// evaluation of each run, in the order in which the optimizer was told: architecture, metrics, seed
// and point. Throws HostError.
void WriteStageFiles(const StageRun& stage);

// Rewrites the files of a finished stage from its runs if one is missing or was changed.
// REQUIRES: the stage has its results. Throws HostError.
void MendStageFiles(const StageRun& stage, RunListener& listener);

}  // namespace lode::core
