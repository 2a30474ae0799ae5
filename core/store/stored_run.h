// Reads what RunStore has written.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/failures.h"
#include "core/search/trial.h"
#include "core/store/database.h"
#include "core/store/schema.h"

namespace lode::core {

// The key in `meta` for the optima of metrics that have one, and their text; "" if none has.
inline constexpr char kOptimaKey[] = "optima";
std::string OptimaToText(const std::vector<MetricDeclaration>& metrics);

// What a trial has spent, with the proposals that were measured and rejected since the one before.
struct TrialCost {
  double seconds = 0;                // simulated
  std::uint64_t unique_queries = 0;  // only the first query of an architecture at a fidelity counts
  double full_evaluations = 0;       // the sum of their fidelities
};

// A view of run.db in a run's directory, as it is when this is made. It does not disturb a writer,
// but everything written stays in run.db-wal as long as *this exists. Makes texts printable
// (text.h), because older stores may contain any byte. One thread at a time may use it. Every
// function throws HostError for a file that cannot be read.
class StoredRun {
 public:
  // The file must have the current format or the previous one (RunStore and UpgradeStore upgrade
  // older ones).
  // Waits for a process that keeps the file locked, at most this time.
  explicit StoredRun(const std::filesystem::path& directory,
                     std::chrono::milliseconds patience = Database::kPatience);

  const std::filesystem::path& file() const { return database_.file(); }
  const std::vector<MetricDeclaration>& metrics() const { return shape_.metrics; }
  const StoreShape& shape() const { return shape_; }
  std::string Meta(std::string_view key);
  // Returns the number of trials. They have the steps 0 .. trials() - 1, unless evaluations were
  // taken as they finished; then some steps may be missing.
  std::uint64_t trials() const { return trials_; }
  // Returns the largest ID of an evaluation that the run asked for, or 0 if there is none.
  std::uint64_t last_evaluation() const { return last_evaluation_; }

  // Returns the number of trials up to the last told one that did not fail.
  std::uint64_t TrialsToLastSuccess();

  // If evaluations were taken as they finished: returns the steps in the order in which they were
  // taken, until the first `count` trials were told, or all. Otherwise returns nothing.
  std::vector<std::uint64_t> Taken(std::uint64_t count);
  // Returns the steps of the first `count` told trials, likewise.
  std::unordered_set<std::uint64_t> StepsOfFirst(std::uint64_t count);

  // Returns the known trials that the run began with.
  std::vector<KnownTrial> Known();

  // Returns the best trial, or the last one, if any succeeded within the limits.
  std::optional<BestTrial> Best(ResultRule rule = ResultRule::kBest);

  // Returns the distinct architectures within the limits that have this reward at the best one's
  // fidelity, at most kMaxTies + 1.
  std::set<std::string> ArchitecturesOf(double reward);

  // Returns the failed trials, grouped by reason.
  FailureTally Failures();

  // Returns the trial of a step. Steps must grow from call to call, unless evaluations were taken
  // as they finished. Views are valid until the next call.
  TrialRecord Trial(std::uint64_t step);

  // Calls `visit` for each trial, without its action, in the order in which they were told. Views
  // are valid during the call.
  void ForEachTold(const std::function<void(const TrialRecord&, const TrialCost&)>& visit);

  // Calls `visit` for each trial from a step on, without its action, in the order of the steps.
  // Views are valid during the call.
  void ForEachFrom(std::uint64_t step, const std::function<void(const TrialRecord&)>& visit);

  // Returns the evaluation with an ID, if there is one. IDs must grow from call to call. Valid
  // until the next call.
  const EvaluationRecord* Evaluation(std::uint64_t id);

 private:
  // What was asked of the oracles. `place`: its step; if evaluations were taken as they finished,
  // the position at which it was taken.
  struct Asked {
    std::uint64_t place;
    double seconds, fidelity;
    bool is_new;

    void AddTo(TrialCost& cost) const;
  };

  // Returns the proposals that were measured and rejected, by place.
  std::vector<Asked> Rejections();
  // The IDs of the evaluations that asked about something first.
  std::string FirstQueries() const;
  bool FindTrial(std::uint64_t step);
  // The columns of a trial joined with its evaluation. `action`: the column, or NULL.
  std::string TrialColumns(const std::string& action) const;
  TrialRecord ReadTrial(const Statement& row);

  Database database_;
  StoreShape shape_;
  std::string fidelity_column_;  // ", fidelity", or ", 1" without one
  std::string metric_columns_;   // with the names as stored
  std::uint64_t trials_ = 0;
  std::uint64_t last_evaluation_ = 0;
  std::unique_ptr<Statement> trial_rows_, evaluation_rows_;
  std::vector<double> row_, evaluation_row_;
  // Texts of the current rows.
  std::string architecture_, failure_, evaluated_architecture_, evaluation_failure_;
  std::optional<EvaluationRecord> evaluation_;  // the one at the cursor; none before the first
  bool at_end_ = false;
};

// Returns whether failures of its last trials ended the run.
bool FailuresEnded(StoredRun& run);

// Upgrades the run.db of a directory to the current format. Throws HostError.
void UpgradeStore(const std::filesystem::path& directory);

}  // namespace lode::core
