// lode runs: lists the contents of a directory of runs, newest first.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "core/cli/best.h"
#include "core/cli/command.h"
#include "core/cli/output_file.h"
#include "core/cli/shell_word.h"
#include "core/cli/terminal.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/report/text_table.h"
#include "core/run/kept_plan.h"
#include "core/run/kept_runs.h"
#include "core/store/run_directory.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kRunsName[] = "runs";
constexpr std::size_t kShownBests = 3;

// The current state of everything that one command has made.
struct Listed {
  fs::path directory;
  fs::file_time_type changed{};  // when something was last stored
  std::string state{};  // "finished", "failed", "running (process 7)", "unfinished", "damaged"
  std::size_t ended = 0, runs = 0;
  std::uint64_t steps = 0, planned_steps = 0;  // 0: the budget has no limit on steps
  std::vector<std::string> bests{};            // "valid_accuracy 91.61"
  std::string damage{};

  bool can_continue() const { return state == "unfinished"; }
};

// Returns the directory of all runs and stages of a run's pipeline.
fs::path PipelineDirectoryOf(const fs::path& run) {
  fs::path root = run.parent_path();
  try {
    root = core::RootOfRun(run);
  } catch (const std::exception&) {  // damaged; the list shows it
  }
  return core::HoldsStages(root.parent_path()) ? root.parent_path() : root;
}

// Returns the pipelines' directories in a directory, including itself and those where no run has
// begun.
std::set<fs::path> PipelineDirectoriesIn(const fs::path& directory) {
  std::set<fs::path> found;
  for (const fs::path& run : core::FindRuns(directory)) {
    found.insert(PipelineDirectoryOf(run));
  }
  for (const fs::path& plan : core::PlansOf(directory)) {
    const bool has_runs =
        std::ranges::any_of(found, [&](const fs::path& f) { return core::IsWithin(f, plan); });
    if (core::IsWithin(plan, directory) && !has_runs) {
      found.insert(plan);
    }
  }
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename() == core::kPipelineFile &&
        core::HoldsStages(at->path().parent_path())) {
      found.insert(at->path().parent_path());
    }
  }
  return found;
}

// Readers leave an empty log behind, which does not count as a change.
bool IsWritten(const fs::path& file) {
  std::error_code error;
  return fs::file_size(file, error) > 0 && !error;
}

fs::file_time_type LastChange(const fs::path& directory, const core::Plan& plan) {
  std::error_code error;
  fs::file_time_type last = fs::last_write_time(directory, error);
  for (const core::PlannedRun& run : plan.runs) {
    for (const char* name : {"run.db", "run.db-wal", core::kResultFile}) {
      const fs::path file = run.directory / name;
      if (IsWritten(file)) {
        const fs::file_time_type time = fs::last_write_time(file, error);
        last = error ? last : std::max(last, time);
      }
    }
  }
  return last;
}

std::string StateOf(const core::KeptRuns& kept) {
  for (const core::UnfinishedRun& run : kept.unfinished) {
    if (run.process) {
      return "running (process " + std::to_string(*run.process) + ")";
    }
  }
  if (!kept.damages.empty()) {
    return "damaged";
  }
  if (!kept.unfinished.empty() || (kept.stages && !kept.stages->are_finished())) {
    return "unfinished";
  }
  const bool has_failed = std::ranges::any_of(kept.plan.results, [](const auto& result) {
    return std::ranges::any_of(result.runs,
                               [](const auto& run) { return run.ending == core::Ending::kFailed; });
  });
  return has_failed ? "failed" : "finished";
}

void CountSteps(const core::KeptRuns& kept, Listed& listed) {
  for (const core::SearchResult& result : kept.plan.results) {
    for (const core::RunResult& run : result.runs) {
      listed.steps += run.steps;
    }
    listed.ended += result.runs.size();
  }
  for (const core::UnfinishedRun& run : kept.unfinished) {
    listed.steps += run.steps;
  }
  for (const core::PlannedRun& run : kept.plan.runs) {
    listed.planned_steps += run.search->pipeline.budget.steps.value_or(0);
  }
  listed.runs = kept.plan.runs.size();
}

Listed List(const fs::path& directory) {
  Listed listed{directory};
  try {
    const core::KeptRuns kept = core::LookAtRuns(directory, false);
    listed.changed = LastChange(directory, kept.plan);
    listed.state = StateOf(kept);
    listed.damage = kept.damages.empty() ? "" : kept.damages.front();
    CountSteps(kept, listed);
    const std::vector<core::SearchResult> results = kept.BestSoFar();
    for (const BestRun& best : BestOf(results)) {
      listed.bests.push_back(best.Text());
    }
  } catch (const std::exception& e) {
    listed.changed = LastChange(directory, {});
    listed.state = "damaged";
    listed.damage = e.what();
  }
  return listed;
}

// Formats a time in the local time zone.
std::string TimeText(fs::file_time_type time) {
  const auto system = std::chrono::file_clock::to_sys(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(system));
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
  return text;
}

std::string BestText(const Listed& listed) {
  std::string text;
  for (std::size_t i = 0; i < std::min(listed.bests.size(), kShownBests); ++i) {
    text += (i > 0 ? ", " : "") + listed.bests[i];
  }
  return listed.bests.empty() ? "-" : listed.bests.size() > kShownBests ? text + ", ..." : text;
}

std::string StepsText(const Listed& listed) {
  return std::to_string(listed.steps) +
         (listed.planned_steps > 0 ? " of " + std::to_string(listed.planned_steps) : "");
}

void PrintText(const std::vector<Listed>& all) {
  using Align = core::TextTable::Align;
  core::TextTable table({{"directory", Align::kLeft},
                         {"last change", Align::kLeft},
                         {"state", Align::kLeft},
                         {"runs"},
                         {"steps"},
                         {"best", Align::kLeft}});
  for (const Listed& listed : all) {
    table.AddRow({PrintableLine(listed.directory.string()), TimeText(listed.changed), listed.state,
                  std::to_string(listed.ended) + " of " + std::to_string(listed.runs),
                  StepsText(listed), BestText(listed)});
  }
  std::printf("%s", table.Format(OutputWidth()).c_str());
  for (const Listed& listed : all) {
    const std::string word = PrintableLine(ShellWord(listed.directory.string()));
    if (listed.can_continue()) {
      std::printf("to continue: lode resume %s\n", word.c_str());
    } else if (!listed.damage.empty()) {
      std::printf("damaged: %s\n", PrintableLine(listed.damage).c_str());
    }
  }
}

void PrintJson(const std::vector<Listed>& all) {
  nlohmann::json out = nlohmann::json::array();
  for (const Listed& listed : all) {
    nlohmann::json one{{"directory", listed.directory.string()},
                       {"changed", TimeText(listed.changed)},
                       {"state", listed.state},
                       {"ended", listed.ended},
                       {"runs", listed.runs},
                       {"steps", listed.steps},
                       {"best", listed.bests}};
    if (listed.can_continue()) {
      one["resume"] = "lode resume " + ShellWord(listed.directory.string());
    }
    if (!listed.damage.empty()) {
      one["damage"] = listed.damage;
    }
    out.push_back(std::move(one));
  }
  std::printf("%s\n", core::FormatJson(out, 2).c_str());
}

int ListRuns(const fs::path& directory, bool json) {
  std::error_code error;
  const bool is_there = fs::is_directory(directory, error);
  if (!is_there && directory != kRunsName) {
    throw core::HostError(directory.string() + ": is not a directory");
  }
  std::vector<Listed> all;
  for (const fs::path& found : PipelineDirectoriesIn(directory)) {
    all.push_back(List(found));
  }
  std::ranges::stable_sort(all, std::greater(), &Listed::changed);
  if (json) {
    PrintJson(all);
  } else if (all.empty()) {
    std::printf("no runs in %s\n", PrintableLine(directory.string()).c_str());
  } else {
    PrintText(all);
  }
  return kDone;
}

}  // namespace

void AddRuns(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand(
      "runs",
      "List the runs in a directory, newest first: state, progress, the best, and how to continue");
  auto directory = std::make_shared<fs::path>(kRunsName);
  command->add_option("DIR", *directory, "The directory (default: runs)")->type_name("DIR");
  auto* json = command->add_flag("--json")->description("Print the list as JSON");
  AddOutput(*command);
  command->callback([&action, directory, json] {
    action = [directory, json] { return ListRuns(*directory, json->count() > 0); };
  });
}

}  // namespace lode::cli
