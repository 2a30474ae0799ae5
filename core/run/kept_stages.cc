#include "core/run/kept_stages.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "core/run/kept_plan.h"
#include "core/store/run_directory.h"

namespace lode::core {

bool KeptStages::are_finished() const { return std::ranges::all_of(stages, &StageRun::finished); }

bool HoldsStages(const std::filesystem::path& directory) {
  std::ifstream in(directory / kPipelineFile);
  for (std::string line; std::getline(in, line);) {
    if (line == "[[stage]]") { return true; }
  }
  return false;
}

KeptStages LookAtStages(const std::filesystem::path& directory) {
  KeptStages kept{LoadKept(directory, {}), {}};
  const std::filesystem::path root = std::filesystem::absolute(directory).lexically_normal();
  for (const Stage& stage : kept.pipeline.stages.list) {
    StageRun& run = kept.stages.emplace_back(stage, *kept.pipeline.catalog, root);
    if (!stage.is_preparation()) { run.MakePlan(); }
    run.again = false;
    run.finished = run.state() == StageState::kFinished;
    run.TakeReadableResults();
  }
  return kept;
}

}  // namespace lode::core
