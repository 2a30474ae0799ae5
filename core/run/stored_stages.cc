#include "core/run/stored_stages.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "core/run/stored_plan.h"
#include "core/store/run_directory.h"

namespace lode::core {

bool StoredStages::are_finished() const {
  return std::ranges::all_of(
      stages, [](const StageRun& stage) { return stage.finished || !stage.left_out.empty(); });
}

bool HoldsStages(const std::filesystem::path& directory) {
  std::ifstream in(directory / kPipelineFile);
  for (std::string line; std::getline(in, line);) {
    if (line == "[[stage]]") { return true; }
  }
  return false;
}

StoredStages LookAtStages(const std::filesystem::path& directory) {
  StoredStages stored{LoadStored(directory, {}), {}};
  const std::filesystem::path root = std::filesystem::absolute(directory).lexically_normal();
  for (const Stage& stage : stored.pipeline.stages.list) {
    StageRun& run = stored.stages.emplace_back(stage, *stored.pipeline.catalog, root);
    if (!run.stage.is_preparation() && run.left_out.empty()) { run.MakePlan(); }
    run.again = false;
    run.finished = run.state() == StageState::kFinished;
    run.TakeReadableResults();
  }
  return stored;
}

}  // namespace lode::core
