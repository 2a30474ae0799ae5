// What a directory holds of a pipeline with stages.
#pragma once

#include <filesystem>
#include <list>

#include "core/run/load_pipeline.h"
#include "core/run/stage_run.h"

namespace lode::core {

struct KeptStages {
  LoadedPipeline pipeline;
  std::list<StageRun> stages;  // with the results that can be read

  bool are_finished() const;
};

// Whether a directory is that of a pipeline with stages.
bool HoldsStages(const std::filesystem::path& directory);

// Changes nothing, loads no plugin. Runs that cannot be read are left out. Throws HostError,
// ConfigError.
KeptStages LookAtStages(const std::filesystem::path& directory);

}  // namespace lode::core
