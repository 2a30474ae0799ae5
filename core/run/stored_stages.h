// Reads the stored stages of a pipeline.
#pragma once

#include <filesystem>
#include <list>

#include "core/run/load_pipeline.h"
#include "core/run/stage_run.h"

namespace lode::core {

struct StoredStages {
  LoadedPipeline pipeline;
  std::list<StageRun> stages;  // with all readable results

  bool are_finished() const;
};

// Returns whether a directory belongs to a pipeline with stages.
bool HoldsStages(const std::filesystem::path& directory);

// Changes nothing and loads no plugins. Leaves out runs that cannot be read. Throws HostError,
// ConfigError.
StoredStages LookAtStages(const std::filesystem::path& directory);

}  // namespace lode::core
