#include "core/run/left_out.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/config/artifacts.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

using StageRuns = std::list<StageRun>;

// Returns the stage that is left out and that `stage` reads, or the end.
StageRuns::const_iterator LeftOutInput(const StageRun& stage, const StageRuns& stages) {
  return std::ranges::find_if(stages, [&](const StageRun& other) {
    return !other.left_out.empty() && stage.Reads(other.stage.name);
  });
}

std::string MissingInput(const StageRun& stage) {
  for (const Search& search : stage.stage.searches) {
    const std::string path = MissingInputOf(search.pipeline, stage.catalog);
    if (!path.empty()) { return "there is no " + path; }
  }
  return "";
}

std::string ReasonToLeaveOut(const StageRun& stage, const StageRuns& stages) {
  const Pipeline& pipeline = stage.stage.searches.front().pipeline;
  if (pipeline.shows_stored()) {
    return std::filesystem::exists(pipeline.stored) ? ""
                                                    : "there is no " + pipeline.stored.string();
  }
  if (!pipeline.optional || stage.stored) { return ""; }
  const auto input = LeftOutInput(stage, stages);
  return input != stages.end() ? "stage '" + input->stage.name + "' is not measured"
                               : MissingInput(stage);
}

}  // namespace

void LeaveOut(StageRuns& stages) {
  for (StageRun& stage : stages) { stage.left_out = ReasonToLeaveOut(stage, stages); }
}

void RequireMeasured(const StageRuns& stages) {
  for (const StageRun& stage : stages) {
    const auto input = LeftOutInput(stage, stages);
    if (stage.left_out.empty() && input != stages.end()) {
      throw HostError("stage '" + stage.stage.name + "' reads stage '" + input->stage.name +
                      "', which is not measured: " + input->left_out +
                      "; with `optional = true` in [stage.pipeline] it is left out, too");
    }
  }
}

}  // namespace lode::core
