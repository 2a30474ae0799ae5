#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cli/results_file.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/store/result_json.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

// What every such file begins with.
constexpr std::string_view kBeginning = "pipeline,space,oracle,optimizer,";

// Columns come in the order in which they are first mentioned.
class CsvTable {
 public:
  void BeginRow() { rows_.emplace_back(); }

  void AddColumn(const std::string& name) {
    if (std::ranges::find(columns_, name) == columns_.end()) {
      columns_.push_back(name);
    }
  }

  void Set(const std::string& column, std::string text) {
    AddColumn(column);
    const auto place =
        static_cast<std::size_t>(std::ranges::find(columns_, column) - columns_.begin());
    std::vector<std::string>& row = rows_.back();
    row.resize(std::max(row.size(), place + 1));
    row[place] = std::move(text);
  }

  // What a column is called that the user names: not like one of ours.
  static std::string OwnName(std::string_view kind, const std::string& name) {
    constexpr std::string_view kOurs[] = {"pipeline",
                                          "space",
                                          "oracle",
                                          "optimizer",
                                          "stage",
                                          "seed",
                                          "status",
                                          "steps",
                                          "unique_queries",
                                          "evaluations",
                                          "failures",
                                          "rejections",
                                          "simulated_seconds",
                                          "best_step",
                                          "reward",
                                          "directory",
                                          "architecture"};
    const bool is_taken = std::ranges::find(kOurs, name) != std::end(kOurs);
    return is_taken ? std::string(kind) + "." + name : name;
  }

  std::string Text() const {
    std::string text = Line(columns_, columns_.size());
    for (const std::vector<std::string>& row : rows_) {
      text += Line(row, columns_.size());
    }
    return text;
  }

 private:
  static std::string Quoted(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      return cell;
    }
    std::string quoted = "\"";
    for (const char c : cell) {
      quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + "\"";
  }

  static std::string Line(const std::vector<std::string>& cells, std::size_t count) {
    std::string line;
    for (std::size_t i = 0; i < count; ++i) {
      line += (i > 0 ? "," : "") + (i < cells.size() ? Quoted(cells[i]) : "");
    }
    return line + "\n";
  }

  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

class ResultsTable {
 public:
  explicit ResultsTable(const KeptRuns& kept) : kept_(kept) {
    for (const core::SearchResult& result : kept.plan.results) {
      ended_.emplace(result.search, &result);
    }
    AddColumns();
  }

  std::string Text() {
    for (const Job& job : kept_.plan.jobs) {
      AddRun(job);
    }
    return table_.Text();
  }

 private:
  void AddColumns() {
    for (const char* name : {"pipeline", "space", "oracle", "optimizer"}) {
      table_.AddColumn(name);
    }
    if (kept_.stages) {
      table_.AddColumn("stage");
    }
    for (const Job& job : kept_.plan.jobs) {
      for (const auto& [path, value] : job.search->point) {
        table_.AddColumn(CsvTable::OwnName("grid", path));
      }
    }
    for (const char* name : {"seed", "status", "steps", "unique_queries", "failures", "rejections",
                             "simulated_seconds", "best_step", "reward"}) {
      table_.AddColumn(name);
    }
    const auto add_metrics = [this](const auto& of) {
      for (const core::MetricDeclaration& metric : of.metrics) {
        table_.AddColumn(CsvTable::OwnName("metric", metric.name));
      }
    };
    std::ranges::for_each(kept_.plan.results, add_metrics);
    std::ranges::for_each(kept_.unfinished, add_metrics);
    table_.AddColumn("architecture");
    table_.AddColumn("directory");
  }

  struct Found {
    const core::SearchResult* result = nullptr;
    const core::RunResult* run = nullptr;
  };

  // A run that cannot be read has no row.
  void AddRun(const Job& job) {
    const Found ended = FindEnded(job);
    const auto unfinished = std::ranges::find(kept_.unfinished, &job, &Unfinished::job);
    if (ended.run != nullptr) {
      SetIdentity(job);
      SetEnding(*ended.run);
      SetBest(ended.run->best, ended.result->metrics);
    } else if (unfinished != kept_.unfinished.end()) {
      SetIdentity(job);
      table_.Set("status", unfinished->process ? "running" : "unfinished");
      table_.Set("steps", std::to_string(unfinished->steps));
      table_.Set("failures", std::to_string(unfinished->failure_count()));
      SetBest(unfinished->best, unfinished->metrics);
    }
  }

  Found FindEnded(const Job& job) const {
    const auto result = ended_.find(job.search);
    if (result == ended_.end()) {
      return {};
    }
    const auto& runs = result->second->runs;
    const auto run = std::ranges::find(runs, job.seed, &core::RunResult::seed);
    return run != runs.end() ? Found{result->second, &*run} : Found();
  }

  void SetIdentity(const Job& job) {
    const core::Pipeline& pipeline = job.search->pipeline;
    std::string oracles;
    for (const core::ComponentConfig& oracle : pipeline.oracles) {
      oracles += (oracles.empty() ? "" : "+") + oracle.id;
    }
    table_.BeginRow();
    table_.Set("pipeline", pipeline.name);
    table_.Set("space", pipeline.space.id);
    table_.Set("oracle", oracles);
    table_.Set("optimizer", pipeline.optimizer.id);
    const fs::path place = job.directory.lexically_relative(Normal(kept_.directory));
    if (kept_.stages) {
      table_.Set("stage", place.begin()->string());
    }
    for (const auto& [path, value] : job.search->point) {
      table_.Set(CsvTable::OwnName("grid", path), value);
    }
    table_.Set("seed", std::to_string(job.seed));
    table_.Set("directory", place.string());
  }

  void SetEnding(const core::RunResult& run) {
    table_.Set("status", std::string(core::EndingName(run.ending)));
    table_.Set("steps", std::to_string(run.steps));
    table_.Set("unique_queries", std::to_string(run.computed ? 0 : run.unique_queries));
    if (run.evaluations > 0) {
      table_.Set("evaluations", std::to_string(run.evaluations + run.confirmations));
    }
    table_.Set("failures", std::to_string(run.failures));
    table_.Set("rejections", std::to_string(run.rejections));
    table_.Set("simulated_seconds", core::FormatValue(run.cost_seconds));
  }

  void SetBest(const std::optional<core::BestTrial>& best,
               const std::vector<core::MetricDeclaration>& metrics) {
    if (!best) {
      return;
    }
    table_.Set("best_step", std::to_string(best->step));
    table_.Set("reward", core::FormatValue(best->reward));
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      table_.Set(CsvTable::OwnName("metric", metrics[i].name),
                 core::MetricToJson(metrics[i], best->metrics[i]).dump());
    }
    table_.Set("architecture", best->architecture);
    if (best->measurements > 0) {  // of which reward and metrics are the means
      table_.Set("measurements", std::to_string(best->measurements));
      table_.Set("standard_error",
                 best->standard_error ? core::FormatValue(*best->standard_error) : "");
    }
  }

  const KeptRuns& kept_;
  std::map<const core::Search*, const core::SearchResult*> ended_;
  CsvTable table_;
};

bool IsAnothers(const fs::path& file) {
  std::string beginning(kBeginning.size(), '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return fs::exists(file) && beginning != kBeginning;
}

}  // namespace

void WriteResultsFile(const fs::path& directory) {
  const fs::path file = directory / kResultsFile;
  if (IsAnothers(file)) {
    throw core::HostError(file.string() +
                          ": is not from here, and stays as it is; the results are not in it");
  }
  const KeptRuns kept = LookAtRuns(directory, false);
  core::WriteFile(file, ResultsTable(kept).Text());
  if (!kept.damages.empty()) {
    throw core::HostError(
        file.string() + ": lacks what could not be read: " + kept.damages.front() +
        (kept.damages.size() == 1 ? ""
                                  : ", and " + std::to_string(kept.damages.size() - 1) + " more"));
  }
}

}  // namespace lode::cli
