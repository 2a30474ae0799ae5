// Runs pipelines of several stages: each in a directory of its own, in their order, none again that
// has been done. Nothing that is there is removed unless all is to be made afresh.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/cli/jobs.h"

namespace lode::cli {

struct StageOptions {
  std::filesystem::path directory;  // of all stages
  bool fresh = false;               // all again; what there was is removed
  bool resume = false;              // go on with what has not ended
  bool replace = false;             // what has changed is made anew, and the old kept beside it
  JobOptions jobs;
};

// --replace
void AddReplace(CLI::App& command, bool& replace);

// Throws HostError if it is asked for: runs without stages have other directories.
void RefuseReplacing(bool replace);

// Does what is to be done, prints what came out, and returns an ExitStatus. The directory is locked.
// Throws HostError.
int RunStages(const LoadedPipeline& pipeline, const StageOptions& options,
              const Evaluators& evaluators);

// Throws HostError if it is asked for: a stage whose budget has changed is run anew.
void RefuseExtending(const JobOptions& options);

// Whether a directory is that of a pipeline with stages.
bool HoldsStages(const std::filesystem::path& directory);

// What there is to see of a pipeline's stages beside their runs.
struct SeenStages {
  std::string states;       // a line for each
  std::string comparisons;  // tables, or ""
  nlohmann::json json;      // "stages" and "comparisons"
};

// Changes nothing, loads no plugin. Runs that cannot be read are left out. Throws HostError,
// ConfigError.
SeenStages LookAtStages(const std::filesystem::path& directory);

}  // namespace lode::cli
