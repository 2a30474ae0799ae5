#include "core/cli/stage_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "core/cli/terminal.h"
#include "core/report/stage_comparison.h"
#include "core/store/run_directory.h"

namespace lode::cli {
namespace {

std::string_view StateName(core::StageState state) {
  switch (state) {
    case core::StageState::kFinished:
      return "finished";
    case core::StageState::kUnfinished:
      return "unfinished";
    default:
      return "not begun";
  }
}

// "stage search: 3 of 10 runs not begun": counts the runs without a directory.
std::string NotBegun(const core::StageRun& stage) {
  const auto missing =
      std::ranges::count_if(stage.plan.runs, [](const auto& run) { return !run.exists; });
  return !stage.stored || missing == 0
             ? ""
             : "stage " + stage.stage.name + ": " + std::to_string(missing) + " of " +
                   std::to_string(stage.plan.runs.size()) + " runs not begun\n";
}

core::SearchedStage Searched(const core::StageRun& stage) {
  core::SearchedStage searched{stage.stage.name, &stage.plan.results, {}};
  for (const core::SearchResult& result : stage.plan.results) {
    auto& runs = searched.runs.emplace_back();
    for (const core::RunResult& run : result.runs) {
      runs.push_back(core::RunDirectory(stage.directory, *result.search, run.seed));
    }
  }
  return searched;
}

// Compares the stages whose searches have finished.
std::vector<core::StageComparison> Compare(const std::list<core::StageRun>& stages) {
  std::vector<core::SearchedStage> searched;
  for (const core::StageRun& stage : stages) {
    if (stage.finished && !stage.stage.is_preparation()) {
      searched.push_back(Searched(stage));
    }
  }
  return core::CompareStages(searched);
}

}  // namespace

std::string StageStates(const std::list<core::StageRun>& stages) {
  std::string states, not_begun;
  for (const core::StageRun& stage : stages) {
    states += "stage " + stage.stage.name + ": " + std::string(StateName(stage.state())) + "\n";
    not_begun += NotBegun(stage);
  }
  return states + not_begun;
}

std::string StageComparisons(const std::list<core::StageRun>& stages) {
  std::string text;
  for (const core::StageComparison& comparison : Compare(stages)) {
    text += core::FormatStageComparison(comparison, OutputWidth()) + "\n";
  }
  return text;
}

nlohmann::json StagesToJson(const std::list<core::StageRun>& stages) {
  nlohmann::json list = nlohmann::json::array();
  for (const core::StageRun& stage : stages) {
    list.push_back({{"name", stage.stage.name},
                    {"directory", stage.directory.string()},
                    {"finished", stage.finished},
                    {"run", stage.again}});
  }
  return {{"stages", std::move(list)}, {"comparisons", core::ToJson(Compare(stages))}};
}

}  // namespace lode::cli
