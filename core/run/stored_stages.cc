#include "core/run/stored_stages.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "core/plugin/error.h"
#include "core/run/stored_plan.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

// What it shows may have gone since.
void ShowReadable(StageRun& stage) {
  try {
    stage.ShowStored();
  } catch (const HostError& e) { stage.left_out = e.what(); }
}

// Stored runs have the accuracies that their rewards refer to.
void LookAtOwn(StageRun& stage) {
  try {
    stage.TakeAccuracies();
  } catch (const HostError&) {}  // the standing of the stage that wrote the file says so
  if (stage.stage.is_search()) { stage.MakePlan(); }
  stage.finished = stage.state() == StageState::kFinished;
  stage.TakeReadableResults();
}

}  // namespace

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
    run.again = false;
    if (!run.left_out.empty()) { continue; }
    run.stage.shows_stored() ? ShowReadable(run) : LookAtOwn(run);
  }
  return stored;
}

}  // namespace lode::core
