#include "core/store/stored_run.h"

#include <nlohmann/json.hpp>

#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/store/run_store.h"
#include "core/store/schema.h"

namespace lode::core {
namespace {

using nlohmann::json;

// Reads metrics from column `first` on.
void ReadRow(const Statement& row, int first, std::vector<double>& metrics) {
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    metrics[i] = row.Real(first + static_cast<int>(i));
  }
}

void MakePrintable(std::vector<MetricDeclaration>& metrics) {
  for (MetricDeclaration& metric : metrics) {
    for (std::string* text : {&metric.name, &metric.unit, &metric.dataset}) {
      *text = PrintableLine(*text);
    }
  }
}

// Optima that the store lacks, or that cannot be read, stay unknown.
void TakeOptima(const std::string& text, std::vector<MetricDeclaration>& metrics) {
  const json optima = json::parse(text, nullptr, false);
  for (MetricDeclaration& metric : metrics) {
    if (optima.is_object() && optima.contains(metric.name) && optima[metric.name].is_number()) {
      metric.optimum = optima[metric.name].get<double>();
    }
  }
}

}  // namespace

std::string OptimaToText(const std::vector<MetricDeclaration>& metrics) {
  json optima = json::object();
  for (const MetricDeclaration& metric : metrics) {
    if (metric.optimum) {
      optima[metric.name] = *metric.optimum;
    }
  }
  return optima.empty() ? "" : FormatJson(optima);
}

StoredRun::StoredRun(const std::filesystem::path& directory)
    : database_(directory / kStoreFile, Database::Access::kRead) {
  database_.Execute("BEGIN");  // read one consistent state of the file
  RequireReadable(database_);
  metrics_ = ReadMetrics(database_);
  metric_columns_ = MetricColumns(metrics_);
  MakePrintable(metrics_);
  TakeOptima(ReadMeta(database_, kOptimaKey), metrics_);
  row_.resize(metrics_.size());
  evaluation_row_.resize(metrics_.size());
  Statement counts(database_,
                   "SELECT (SELECT count(*) FROM trial), (SELECT max(id) FROM evaluation)");
  counts.Next();
  trials_ = counts.Integer(0);
  last_evaluation_ = counts.Integer(1);
  trial_rows_ = std::make_unique<Statement>(
      database_,
      "SELECT trial.step, evaluation, random, reused, action, architecture, reward, violation, "
      "trial.failure" +
          metric_columns_ +
          " FROM trial JOIN evaluation ON evaluation.id = trial.evaluation ORDER BY trial.step");
  evaluation_rows_ = std::make_unique<Statement>(
      database_, "SELECT id, step, architecture, failure, rejected, cost_seconds" +
                     metric_columns_ + " FROM evaluation ORDER BY id");
}

std::string StoredRun::Meta(std::string_view key) {
  return PrintableLine(ReadMeta(database_, key));
}

std::uint64_t StoredRun::TrialsToLastSuccess() {
  Statement row(database_, "SELECT coalesce(max(step) + 1, 0) FROM trial WHERE failure IS NULL");
  row.Next();
  return row.Integer(0);
}

std::optional<BestTrial> StoredRun::Best() {
  Statement row(database_,
                "SELECT architecture, step, reward" + metric_columns_ + " FROM best LIMIT 1");
  if (!row.Next()) {
    return std::nullopt;
  }
  BestTrial best{PrintableLine(row.Text(0)), row.Integer(1), row.Real(2),
                 std::vector<double>(metrics_.size())};
  ReadRow(row, 3, best.metrics);
  return best;
}

std::set<std::string> StoredRun::ArchitecturesOf(double reward) {
  Statement rows(
      database_,
      "SELECT DISTINCT architecture FROM trials WHERE reward = ? AND violation = 0 LIMIT " +
          std::to_string(kMaxTies + 1));
  rows.Bind(1, reward);
  std::set<std::string> architectures;
  while (rows.Next()) {
    architectures.emplace(rows.Text(0));
  }
  return architectures;
}

FailureTally StoredRun::Failures() {
  Statement rows(database_, "SELECT failure FROM failures ORDER BY step");
  FailureTally tally;
  while (rows.Next()) {
    tally.Add(PrintableLine(rows.Text(0)));
  }
  return tally;
}

TrialRecord StoredRun::Trial(std::uint64_t step) {
  const Statement& row = *trial_rows_;
  do {
    if (!trial_rows_->Next()) {
      throw HostError(file().string() + ": the trial of step " + std::to_string(step) +
                      " is missing");
    }
  } while (row.Integer(0) < step);
  if (row.Integer(0) > step) {
    throw HostError(file().string() + ": the trial of step " + std::to_string(step) +
                    " is missing");
  }
  architecture_ = PrintableLine(row.Text(5));
  failure_ = PrintableLine(row.Text(8));
  ReadRow(row, 9, row_);
  return {step,
          row.Integer(1),
          row.Integer(2) != 0,
          row.Integer(3) != 0,
          row.Floats(4),
          architecture_,
          failure_.empty() ? std::span<const double>(row_) : std::span<const double>(),
          row.Real(6),
          row.Real(7),
          failure_};
}

const EvaluationRecord* StoredRun::Evaluation(std::uint64_t id) {
  while (!at_end_ && (!evaluation_ || evaluation_->id < id)) {
    at_end_ = !evaluation_rows_->Next();
    if (!at_end_) {
      const Statement& row = *evaluation_rows_;
      ReadRow(row, 6, evaluation_row_);
      evaluated_architecture_ = PrintableLine(row.Text(2));
      evaluation_failure_ = PrintableLine(row.Text(3));
      evaluation_ = EvaluationRecord{row.Integer(0),
                                     row.Integer(1),
                                     evaluated_architecture_,
                                     evaluation_row_,
                                     evaluation_failure_,
                                     row.Integer(4) != 0,
                                     row.Real(5),
                                     {}};
    }
  }
  return !at_end_ && evaluation_->id == id ? &*evaluation_ : nullptr;
}

bool FailuresEnded(StoredRun& run) {
  return run.Meta("status") == "failed" && run.TrialsToLastSuccess() < run.trials();
}

void UpgradeStore(const std::filesystem::path& directory) {
  Database database(directory / kStoreFile, Database::Access::kWrite);
  // In WAL mode, readers of one state of the file do not block writers.
  database.Execute("PRAGMA journal_mode = WAL");
  Migrate(database);
}

}  // namespace lode::core
