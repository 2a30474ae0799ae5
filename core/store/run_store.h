// The trials of one run in an SQLite file, `run.db` in the run's directory.
//
//   meta(key, value)         format, seed, workers (evaluations at once), status ("running",
//                            "interrupted", "finished", ...); schema, rows (checked by store_check.h)
//   metric(position, name, unit, direction, split, dataset, epochs)
//   evaluation(id, step, architecture, failure, rejected, cost_seconds, <a column for each metric>)
//                            what oracles were asked, in the order of asking; rejected: broke a
//                            limit, and the proposal became no trial; metrics: NULL if not measured
//   trial(step, evaluation, random, reused, reward, violation, action, failure)
//                            violation: of the limits, 0 if it keeps them; action: float32, little
//                            endian, NULL if none
//   front(step)              the trials on the Pareto front, once the run has ended
//   record(step, evaluation, position, name, value)
//                            what components noted; evaluation: which one the oracles noted it in,
//                            0 for exploration and optimizer
//
// In each of them the column _checksum is that of the row's other columns (row_checksum.h).
//
// Views answer the usual questions: trials, best, curve, pareto, failures, rejections; where metrics are
// noisy also architectures (means, lower bounds) and confirmations (evaluations whose ids begin at 2^62,
// and whose step is that of the first trial of what they confirm). Any
// SQLite program can read the file while the run goes on. Nothing in it depends on time.
#pragma once

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/trial.h"

namespace lode::core {

inline constexpr char kStoreFile[] = "run.db";

// Writes one run. What is there already is left as it is, so a run that is replayed into its own
// store (replay.h) changes nothing before it comes to something new; but rewards and violations, which
// are computed, take the bits that they have on this machine: all of a store are computed alike. What is written is on the disk as
// the pipeline's `commit` says; the destructor writes what is left. Used by one thread at a time.
class RunStore : public TrialObserver {
 public:
  // Makes the file in `directory`, which exists and holds no run, or goes on with the one it holds,
  // bringing that to the present format. Throws HostError.
  enum class Mode { kNew, kContinue };
  RunStore(const std::filesystem::path& directory, Mode mode,
           const std::vector<MetricDeclaration>& metrics, Commit commit = Commit::kAuto);
  ~RunStore() override;

  // Throw HostError if the file cannot be written (a full disk), or could not be before: all that
  // was on the disk stays readable. Throw LostStoreError if it is no longer where it was made.
  void OnEvaluation(const EvaluationRecord& evaluation) override;
  void OnTrial(const TrialRecord& trial) override;
  void OnRecords(std::uint64_t step,
                 std::span<const std::pair<std::string, double>> records) override;
  // From here on nothing is put on the disk until Release(): what the destructor finds held is
  // forgotten.
  void Hold();
  void Release();
  // Forgets evaluations that became no trial before the run ended.
  void DropUntold();
  // Forgets the trials from this step on and what belongs to them: they are made again.
  void ForgetFrom(std::uint64_t step);
  void SetFront(const std::vector<FrontTrial>& front);
  void SetMeta(std::string_view key, std::string_view value);
  void Flush();

 private:
  class Tables;

  // All writing is done within this.
  template <class Change>
  void Write(Change&& change);
  void CommitAll();
  void CommitRepeatedly();

  const Commit commit_;
  std::unique_ptr<Tables> tables_;
  bool dirty_ = false;
  bool held_ = false;
  std::exception_ptr broken_;  // why something could not be written
  bool stop_ = false;
  std::mutex mutex_;  // of all above
  std::condition_variable wake_;
  std::thread committing_;
};

}  // namespace lode::core
