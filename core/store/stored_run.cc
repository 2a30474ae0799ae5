#include "core/store/stored_run.h"

#include <nlohmann/json.hpp>

#include "core/plugin/error.h"
#include "core/plugin/shallow_json.h"
#include "core/plugin/text.h"
#include "core/store/evaluation_ids.h"
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
  const json optima = ParseShallowJson(text);
  for (MetricDeclaration& metric : metrics) {
    if (optima.is_object() && optima.contains(metric.name) && optima[metric.name].is_number()) {
      metric.optimum = optima[metric.name].get<double>();
    }
  }
}

StoreShape ShapeOf(Database& database) {
  database.Execute("BEGIN");
  RequireReadable(database);
  return ReadShape(database);
}

}  // namespace

std::string OptimaToText(const std::vector<MetricDeclaration>& metrics) {
  json optima = json::object();
  for (const MetricDeclaration& metric : metrics) {
    if (metric.optimum) { optima[metric.name] = *metric.optimum; }
  }
  return optima.empty() ? "" : FormatJson(optima);
}

// Reads one consistent state of the file.
StoredRun::StoredRun(const std::filesystem::path& directory, std::chrono::milliseconds patience)
    : database_(directory / kStoreFile, Database::Access::kRead, patience),
      shape_(ShapeOf(database_)) {
  fidelity_column_ = shape_.has_fidelities ? ", fidelity" : ", 1";
  metric_columns_ = MetricColumns(shape_.metrics);
  MakePrintable(shape_.metrics);
  TakeOptima(ReadMeta(database_, kOptimaKey), shape_.metrics);
  row_.resize(metrics().size());
  evaluation_row_.resize(metrics().size());
  Statement counts(
      database_,
      "SELECT (SELECT count(*) FROM trial), (SELECT max(id) FROM evaluation WHERE NOT (" +
          IsKnown("id") + "))");
  counts.Next();
  trials_ = counts.Integer(0);
  last_evaluation_ = counts.Integer(1);
  trial_rows_ = std::make_unique<Statement>(
      database_, "SELECT " + TrialColumns("action") +
                     " FROM trial JOIN evaluation ON evaluation.id = trial.evaluation " +
                     (shape_.has_order ? "WHERE trial.step = ?" : "ORDER BY trial.step"));
  evaluation_rows_ = std::make_unique<Statement>(
      database_, "SELECT id, step, architecture, failure, rejected, cost_seconds" +
                     fidelity_column_ + metric_columns_ + " FROM evaluation ORDER BY id");
}

std::string StoredRun::TrialColumns(const std::string& action) const {
  return "trial.step, trial.evaluation, random, reused, " + action +
         ", architecture, reward, violation, trial.failure" + fidelity_column_ + metric_columns_;
}

std::string StoredRun::Meta(std::string_view key) {
  return PrintableLine(ReadMeta(database_, key));
}

std::uint64_t StoredRun::TrialsToLastSuccess() {
  const std::string at = shape_.has_order ? "taken" : "step";
  Statement row(database_, "SELECT count(*) FROM trials WHERE " + at + " <= (SELECT max(" + at +
                               ") FROM trials WHERE failure IS NULL)");
  row.Next();
  return row.Integer(0);
}

std::vector<std::uint64_t> StoredRun::Taken(std::uint64_t count) {
  std::vector<std::uint64_t> steps;
  if (!shape_.has_order || (count == 0 && trials_ > 0)) { return steps; }
  const std::string last = count < trials_
                               ? "(SELECT taken FROM trials ORDER BY taken LIMIT 1 OFFSET " +
                                     std::to_string(count - 1) + ")"
                               : "9e18";
  Statement rows(database_,
                 "SELECT step FROM taken WHERE position <= " + last + " ORDER BY position");
  while (rows.Next()) { steps.push_back(rows.Integer(0)); }
  return steps;
}

std::unordered_set<std::uint64_t> StoredRun::StepsOfFirst(std::uint64_t count) {
  std::unordered_set<std::uint64_t> steps;
  if (!shape_.has_order) { return steps; }
  Statement rows(database_, "SELECT step FROM trials ORDER BY taken LIMIT ?");
  rows.Bind(1, count);
  while (rows.Next()) { steps.insert(rows.Integer(0)); }
  return steps;
}

std::vector<KnownTrial> StoredRun::Known() {
  std::vector<KnownTrial> known;
  if (!shape_.has_known) { return known; }
  Statement rows(database_, "SELECT architecture" + metric_columns_ + " FROM evaluation WHERE " +
                                IsKnown("id") + " ORDER BY id");
  while (rows.Next()) {
    KnownTrial& trial = known.emplace_back();
    trial.architecture = rows.Text(0);
    trial.metrics.resize(metrics().size());
    ReadRow(rows, 1, trial.metrics);
  }
  return known;
}

std::optional<BestTrial> StoredRun::Best(ResultRule rule) {
  const std::string last = "trials WHERE violation = 0 ORDER BY " +
                           std::string(shape_.has_fidelities ? "fidelity DESC, " : "") +
                           (shape_.has_order ? "taken" : "step") + " DESC";
  Statement row(database_, "SELECT architecture, step, reward" + fidelity_column_ +
                               metric_columns_ + " FROM " +
                               (rule == ResultRule::kLast ? last : "best") + " LIMIT 1");
  if (!row.Next()) { return std::nullopt; }
  BestTrial best{PrintableLine(row.Text(0)), row.Integer(1), row.Real(2),
                 std::vector<double>(metrics().size())};
  best.fidelity = row.Real(3);
  ReadRow(row, 4, best.metrics);
  return best;
}

std::set<std::string> StoredRun::ArchitecturesOf(double reward) {
  Statement rows(
      database_,
      "SELECT DISTINCT architecture FROM trials WHERE reward = ? AND violation = 0" +
          std::string(shape_.has_fidelities ? " AND fidelity = (SELECT fidelity FROM best)" : "") +
          " LIMIT " + std::to_string(kMaxTies + 1));
  rows.Bind(1, reward);
  std::set<std::string> architectures;
  while (rows.Next()) { architectures.emplace(rows.Text(0)); }
  return architectures;
}

FailureTally StoredRun::Failures() {
  Statement rows(database_, "SELECT failure FROM failures ORDER BY step");
  FailureTally tally;
  while (rows.Next()) { tally.Add(PrintableLine(rows.Text(0))); }
  return tally;
}

// Moves to the row of a step. Returns false if there is none.
bool StoredRun::FindTrial(std::uint64_t step) {
  Statement& row = *trial_rows_;
  if (shape_.has_order) {
    row.Restart();
    row.Bind(1, step);
    return row.Next();
  }
  do {
    if (!row.Next()) { return false; }
  } while (row.Integer(0) < step);
  return row.Integer(0) == step;
}

TrialRecord StoredRun::Trial(std::uint64_t step) {
  if (!FindTrial(step)) {
    throw HostError(file().string() + ": the trial of step " + std::to_string(step) +
                    " is missing");
  }
  return ReadTrial(*trial_rows_);
}

// Reads the columns of TrialColumns().
TrialRecord StoredRun::ReadTrial(const Statement& row) {
  architecture_ = PrintableLine(row.Text(5));
  failure_ = PrintableLine(row.Text(8));
  ReadRow(row, 10, row_);
  return {.step = row.Integer(0),
          .evaluation = row.Integer(1),
          .random = row.Integer(2) != 0,
          .reused = row.Integer(3) != 0,
          .action = row.Floats(4),
          .architecture = architecture_,
          .metrics = failure_.empty() ? std::span<const double>(row_) : std::span<const double>(),
          .reward = row.Real(6),
          .violation = row.Real(7),
          .failure = failure_,
          .fidelity = row.Real(9)};
}

void StoredRun::Asked::AddTo(TrialCost& cost) const {
  cost.seconds += seconds;
  cost.unique_queries += is_new ? 1 : 0;
  cost.full_evaluations += is_new ? fidelity : 0;
}

std::string StoredRun::FirstQueries() const {
  return "(SELECT min(id) FROM evaluation WHERE step IS NOT NULL AND NOT " + IsRepeat("id") +
         " GROUP BY architecture" + (shape_.has_fidelities ? ", fidelity)" : ")");
}

// Of a step's evaluations, the first one was rejected when the step was first taken, and so on.
std::vector<StoredRun::Asked> StoredRun::Rejections() {
  const std::string rejected =
      "SELECT step, cost_seconds" + fidelity_column_ + " AS share, id IN " + FirstQueries() +
      " AS is_new, row_number() OVER (PARTITION BY step ORDER BY id) AS n FROM evaluation WHERE "
      "rejected AND step IS NOT NULL AND NOT " +
      IsRepeat("id");
  Statement row(database_, shape_.has_order
                               ? "SELECT position, cost_seconds, share, is_new FROM (" + rejected +
                                     ") JOIN (SELECT step, position, row_number() OVER (PARTITION "
                                     "BY step ORDER BY position) AS n FROM taken) USING (step, n) "
                                     "ORDER BY position"
                               : rejected + " ORDER BY step");
  std::vector<Asked> all;
  while (row.Next()) {
    all.push_back({row.Integer(0), row.Real(1), row.Real(2), row.Integer(3) != 0});
  }
  return all;
}

void StoredRun::ForEachTold(
    const std::function<void(const TrialRecord&, const TrialCost&)>& visit) {
  const std::vector<Asked> rejections = Rejections();
  // No metric has a name that begins with an underscore.
  const std::string order = shape_.has_order
                                ? "JOIN (SELECT step AS _told, max(position) AS _place FROM taken "
                                  "GROUP BY step) ON _told = trial.step ORDER BY _place"
                                : "ORDER BY trial.step";
  Statement row(database_, "SELECT " + TrialColumns("NULL") + ", " +
                               (shape_.has_order ? "_place" : "trial.step") +
                               ", cost_seconds, evaluation.id IN " + FirstQueries() +
                               " FROM trial JOIN evaluation ON evaluation.id = trial.evaluation " +
                               order);
  const int own = 10 + static_cast<int>(metrics().size());
  auto rejection = rejections.begin();
  while (row.Next()) {
    const TrialRecord trial = ReadTrial(row);
    const Asked asked{row.Integer(own), row.Real(own + 1), trial.fidelity,
                      row.Integer(own + 2) != 0};
    TrialCost cost;
    for (; rejection != rejections.end() && rejection->place <= asked.place; ++rejection) {
      rejection->AddTo(cost);
    }
    if (!trial.reused) { asked.AddTo(cost); }
    visit(trial, cost);
  }
}

void StoredRun::ForEachFrom(std::uint64_t step,
                            const std::function<void(const TrialRecord&)>& visit) {
  Statement row(database_, "SELECT " + TrialColumns("NULL") +
                               " FROM trial JOIN evaluation ON evaluation.id = trial.evaluation "
                               "WHERE trial.step >= ? ORDER BY trial.step");
  row.Bind(1, step);
  while (row.Next()) { visit(ReadTrial(row)); }
}

const EvaluationRecord* StoredRun::Evaluation(std::uint64_t id) {
  while (!at_end_ && (!evaluation_ || evaluation_->id < id)) {
    at_end_ = !evaluation_rows_->Next();
    if (!at_end_) {
      const Statement& row = *evaluation_rows_;
      ReadRow(row, 7, evaluation_row_);
      evaluated_architecture_ = PrintableLine(row.Text(2));
      evaluation_failure_ = PrintableLine(row.Text(3));
      evaluation_ = EvaluationRecord{.id = row.Integer(0),
                                     .step = row.Integer(1),
                                     .architecture = evaluated_architecture_,
                                     .metrics = evaluation_row_,
                                     .failure = evaluation_failure_,
                                     .rejected = row.Integer(4) != 0,
                                     .cost_seconds = row.Real(5),
                                     .fidelity = row.Real(6)};
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
