// Reads what run_store.h has written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/search/failures.h"
#include "core/search/trial.h"
#include "core/store/database.h"

namespace lode::core {

// A view of run.db in a run's directory as it is when this is made; who writes it meanwhile is not
// disturbed, but all that is written stays in run.db-wal as long as this lives. Its texts are made
// printable (text.h): what was stored before that was a rule may have any byte. Used by one thread.
// Every function throws HostError for a file that cannot be read.
// The optima of metrics that have one, as a store keeps them; "" if none has.
inline constexpr char kOptimaKey[] = "optima";
std::string OptimaToText(const std::vector<MetricDeclaration>& metrics);

class StoredRun {
 public:
  // The file is of the present format or the one before (RunStore and UpgradeStore see to that).
  explicit StoredRun(const std::filesystem::path& directory);

  const std::filesystem::path& file() const { return database_.file(); }
  const std::vector<MetricDeclaration>& metrics() const { return metrics_; }
  std::string Meta(std::string_view key);
  // How many trials there are: those of steps 0 .. trials() - 1.
  std::uint64_t trials() const { return trials_; }
  // The largest id of an evaluation; 0 if there is none.
  std::uint64_t last_evaluation() const { return last_evaluation_; }

  // How many there are up to the last one that did not fail.
  std::uint64_t TrialsToLastSuccess();

  // The best trial, if any succeeded within the limits.
  std::optional<BestTrial> Best();

  // The distinct architectures within the limits that have a reward: kMaxTies + 1 at most.
  std::set<std::string> ArchitecturesOf(double reward);

  // The trials that failed, by reason.
  FailureTally Failures();

  // The trial of step `step`, which grows from call to call. Views are valid until the next call.
  TrialRecord Trial(std::uint64_t step);

  // The evaluation of an id, if there is one; ids grow from call to call.
  const EvaluationRecord* Evaluation(std::uint64_t id);

 private:
  Database database_;
  std::vector<MetricDeclaration> metrics_;
  std::string metric_columns_;  // by the names as stored
  std::uint64_t trials_ = 0;
  std::uint64_t last_evaluation_ = 0;
  std::unique_ptr<Statement> trial_rows_, evaluation_rows_;
  std::vector<double> row_, evaluation_row_;
  // Of the rows at hand.
  std::string architecture_, failure_, evaluated_architecture_, evaluation_failure_;
  std::optional<EvaluationRecord> evaluation_;  // the one at the cursor; none before the first
  bool at_end_ = false;
};

// Whether failures of its last trials ended the run.
bool FailuresEnded(StoredRun& run);

// Brings the run.db of a directory to the present format. Throws HostError.
void UpgradeStore(const std::filesystem::path& directory);

}  // namespace lode::core
