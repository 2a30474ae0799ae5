// lode compare: compares optimizers over seeds, from stored runs or from pipelines that it runs.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/execution.h"
#include "core/cli/execution_options.h"
#include "core/cli/named_path.h"
#include "core/cli/output_file.h"
#include "core/cli/pipeline_options.h"
#include "core/cli/terminal.h"
#include "core/compare/compare_runs.h"
#include "core/compare/render_comparison.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/run/directory_locks.h"
#include "core/run/planned_searches.h"
#include "core/run/stored_plan.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kRunsDirectory[] = "runs/compare";

struct CompareOptions {
  std::vector<std::string> subjects;  // directories and pipelines, maybe with a name before "="
  fs::path runs = kRunsDirectory;
  bool fresh = false;
  PipelineOptions pipelines;
  ExecutionOptions execution;
  std::string axis;
  std::vector<double> budgets;
  core::CompareOptions compared;
  std::string format = "text";
};

bool IsPipeline(const fs::path& path) { return path.extension() == ".toml"; }

// The pipelines among the subjects, with their names.
struct GivenPipelines {
  std::vector<std::string> names;
  std::vector<core::LoadedPipeline> loaded;
};

GivenPipelines LoadPipelines(const std::vector<core::GivenDirectory>& subjects,
                             const CompareOptions& options, const GlobalOptions& global) {
  GivenPipelines pipelines;
  PipelineOptions files = options.pipelines;
  for (const core::GivenDirectory& subject : subjects) {
    if (!IsPipeline(subject.path)) { continue; }
    files.files.push_back(subject.path);
    pipelines.names.push_back(subject.name);
  }
  const std::vector<std::string> extended = options.execution.Overrides();
  files.overrides.insert(files.overrides.end(), extended.begin(), extended.end());
  pipelines.loaded = Load(files, global);
  for (const core::LoadedPipeline& pipeline : pipelines.loaded) {
    if (pipeline.stages.are_stated()) {
      throw core::HostError(pipeline.file.string() +
                            ": has stages; `lode run` it, then give its directory");
    }
  }
  return pipelines;
}

// Returns those of the plan's runs that are kept in a directory.
core::GivenDirectory RunsIn(const fs::path& directory, const core::Plan& plan, std::string name) {
  core::GivenDirectory given{std::move(name), directory};
  for (const core::PlannedRun& run : plan.runs) {
    if (core::IsWithin(run.directory, directory)) {
      given.only.insert(core::NormalPath(run.directory));
    }
  }
  return given;
}

// Makes or continues the runs of pipelines, each in a directory with its name. Adds them to
// `given`, without other runs that are kept there. Returns an ExitStatus.
int RunPipelines(GivenPipelines pipelines, const CompareOptions& options,
                 const Evaluators& evaluators, std::vector<core::GivenDirectory>& given) {
  options.execution.RequireFitPlainPipelines();
  const fs::path directory = pipelines.loaded.size() > 1
                                 ? options.runs
                                 : options.runs / pipelines.loaded.front().stages.name;
  auto searches = core::PlannedSearches::In(directory, std::move(pipelines.loaded),
                                            {.fresh = options.fresh,
                                             .resume = !options.fresh,
                                             .extend = !options.execution.extend.empty(),
                                             .force = options.execution.force});
  const core::Completion completion = ExecuteShowing(searches, options.execution, evaluators);
  for (std::size_t i = 0; i < pipelines.names.size(); ++i) {
    const core::Plan& plan = searches.plan();
    given.push_back(RunsIn(plan.directories[i], plan, std::move(pipelines.names[i])));
  }
  return StatusOf(completion);
}

// A failed run is compared as far as it got; one that was stopped is not done.
bool StopsComparison(int status) { return status != kDone && status != kRunFailed; }

void Print(const core::Comparison& comparison, const std::string& format) {
  const std::string text = format == "json"
                               ? core::FormatJson(ComparisonToJson(comparison), 2) + "\n"
                           : format == "csv"      ? ComparisonCsv(comparison)
                           : format == "markdown" ? ComparisonMarkdown(comparison)
                           : format == "latex"    ? ComparisonLatex(comparison)
                                                  : ComparisonText(comparison, OutputWidth());
  std::printf("%s", text.c_str());
}

core::CompareOptions Compared(const CompareOptions& options) {
  core::CompareOptions compared = options.compared;
  const auto words = core::WordsOf(core::Axis::kSteps);
  const auto at = std::ranges::find(words, options.axis);
  if (at != words.end()) { compared.axis = static_cast<core::Axis>(at - words.begin()); }
  compared.budgets = options.budgets;
  std::ranges::sort(compared.budgets);
  compared.budgets.erase(std::unique(compared.budgets.begin(), compared.budgets.end()),
                         compared.budgets.end());
  return compared;
}

// Stored runs are compared as they are.
void RequirePipelines(const CompareOptions& options) {
  const bool extends = !options.execution.extend.empty();
  if (!extends && !options.fresh) { return; }
  throw core::HostError(std::string(extends ? "--extend" : "--fresh") +
                        ": no pipeline is given, and stored runs are compared as they are" +
                        (extends ? "; `lode resume DIR --extend` continues them" : ""));
}

int Compare(const CompareOptions& options, const GlobalOptions& global) {
  core::MpiSession mpi;
  std::vector<core::GivenDirectory> subjects, given;
  std::ranges::transform(options.subjects, std::back_inserter(subjects), NamedPath);
  GivenPipelines pipelines = LoadPipelines(subjects, options, global);
  std::ranges::copy_if(subjects, std::back_inserter(given),
                       [](const auto& subject) { return !IsPipeline(subject.path); });
  int status = kDone;
  if (pipelines.loaded.empty()) {
    RequirePipelines(options);
  } else {
    std::optional<Serving> serving = MakeServing(options.execution);
    status = RunPipelines(std::move(pipelines), options,
                          {mpi, global, serving ? &*serving : nullptr}, given);
    if (StopsComparison(status)) {
      std::fprintf(stderr,
                   "lode: not compared: the runs are not complete; the same command "
                   "continues them\n");
      return status;
    }
  }
  const core::GivenRuns runs(std::move(given));
  for (const std::string& damage : runs.damages()) {
    std::fprintf(stderr, "lode: %s\n", PrintableText(damage).c_str());
    status = kUsage;
  }
  Print(core::CompareRuns(runs, Compared(options)),
        options.execution.json ? "json" : options.format);
  return status;
}

constexpr char kTeaching[] =
    "Examples:\n"
    "  lode compare configs/nb201/rea.toml configs/nb201/local_search.toml\n"
    "      runs both (what is stored in runs/compare continues) and compares them\n"
    "  lode compare runs/compare/nb201-rea runs/compare/nb201-local-search --at 100,300\n"
    "      compares finished runs at two budgets\n"
    "  lode compare new=configs/nb201/rea.toml old=configs/nb201/random.toml --baseline old\n"
    "      names the methods, and compares each with one of them\n"
    "  lode compare configs/nb201/rea.toml configs/nb201/random.toml --metric test_accuracy\n"
    "      compares what the best have on the test split\n"
    "  lode compare configs/nb201/rea.toml configs/nb201/random.toml --format latex -o table.tex\n"
    "      writes tables for a paper; configs/compare has pipelines with all optimizers\n"
    "\n"
    "Searches with the same space, oracle, metric, split and limits are one task. Each task has "
    "tables: the best at each budget, when the optimum was reached, wall time, and for each pair "
    "the difference with a test over the seeds. Read the column Holm: at most --alpha, the two "
    "differ. p alone is too small when many pairs are tested. A of 0.5 means that neither tends to "
    "be better, 1 that every seed of the first is. Fewer than five seeds are not tested; 20 or "
    "more are needed to see small differences.";

void AddComparing(CLI::App& command, CompareOptions& options) {
  const auto words = core::WordsOf(core::Axis::kSteps);
  command
      .add_option("--by", options.axis,
                  "What is counted (default: what the budgets of all searches count)")
      ->transform(
          CLI::IsMember(std::vector<std::string>(words.begin(), words.end()), CLI::ignore_case));
  command
      .add_option("--at", options.budgets,
                  "Budgets at which to compare (default: the marks of all searches, and the end)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->type_name("N,...")
      ->allow_extra_args(false);
  command
      .add_option("--metric", options.compared.metric,
                  "Compare this metric of the best (default: the one that was searched for)")
      ->type_name("NAME");
  command
      .add_option("--target", options.compared.target,
                  "Count the seeds that reached this value (default: the optimum, if known)")
      ->type_name("VALUE");
  command
      .add_option("--baseline", options.compared.baseline,
                  "Compare the other methods with this one only")
      ->type_name("NAME");
  command
      .add_option("--alpha", options.compared.alpha,
                  "How often a table may show a difference where there is none")
      ->check(CLI::Range(0.0001, 0.5))
      ->type_name("SHARE")
      ->capture_default_str();
  command.add_option("--format", options.format, "The form of the output")
      ->transform(CLI::IsMember({"text", "csv", "json", "markdown", "latex"}, CLI::ignore_case))
      ->capture_default_str();
}

void AddRunning(CLI::App& command, CompareOptions& options) {
  command
      .add_option("--runs", options.runs,
                  "Directory to keep the pipelines' runs in; what it has already continues")
      ->type_name("DIR")
      ->capture_default_str();
  command.add_flag("--fresh", options.fresh, "Remove existing runs in --runs first");
  options.pipelines.AddChangesTo(command);
  options.execution.AddTo(command);
}

}  // namespace

void AddCompare(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "compare",
      "Compare optimizers over seeds: medians, means, regret, time to the optimum, tests with "
      "Holm's correction, effect sizes, ranks");
  auto options = std::make_shared<CompareOptions>();
  command
      ->add_option("SUBJECT", options->subjects,
                   "Directories of runs (runs/NAME/TIME), and pipeline files (TOML), which are run "
                   "first; NAME=DIR or NAME=FILE names a method")
      ->required()
      ->type_name("FILE|DIR");
  AddComparing(*command, *options);
  AddRunning(*command, *options);
  AddOutput(*command);
  command->footer(kTeaching);
  command->callback([&global, &action, options] {
    action = [&global, options] { return Compare(*options, global); };
  });
}

}  // namespace lode::cli
