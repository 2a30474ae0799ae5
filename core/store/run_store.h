// The trials of one run in an SQLite file, `run.db` in the run's directory.
//
//   meta(key, value)         format, seed, workers (evaluations at once), status ("running",
//                            "interrupted", "finished", ...); schema, rows (checked by
//                            store_check.h)
//   metric(position, name, unit, direction, split, dataset, epochs)
//   evaluation(id, step, architecture, failure, rejected, cost_seconds, <a column for each metric>)
//                            what oracles were asked, in the order of asking; rejected: broke a
//                            limit, so that the proposal did not become a trial; metrics: NULL if
//                            not measured. If the optimizer chooses fidelities, the column fidelity
//                            is before the metrics. Known trials, which the run began with, have
//                            rows, too, with IDs from 2^61 and without a step; rejected: they were
//                            left out
//   trial(step, evaluation, random, reused, reward, violation, action, failure)
//                            violation: of the limits, 0 if it keeps them; action: float32, little
//                            endian, NULL if none
//   front(step)              the trials on the Pareto front, once the run has ended
//   taken(position, step)    with execution.order = "finished": the steps in the order in which
//                            their evaluations were taken
//   timing(evaluation, step, start, seconds, worker, host)
//                            when and where each evaluation happened: seconds since 1970, wall
//                            time, the number of the worker
//   record(step, evaluation, position, name, value)
//                            values that components recorded; evaluation: the one in which the
//                            oracles recorded it, 0 for exploration and optimizer
//
// In each table except timing, the column _checksum is the checksum of the row's other columns
// (row_checksum.h).
//
// Views answer the usual questions: trials, best, curve, pareto, failures, rejections; with known
// trials also known; with noisy
// metrics also architectures (means, lower bounds) and confirmations (evaluations whose IDs start
// at 2^62 and whose step is the first trial of the architecture that they confirm). Any SQLite
// program can read the file while the run continues. Only `timing` depends on time, and `taken`,
// which says how; comparisons leave out `timing`.
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
#include "core/store/schema.h"

namespace lode::core {

inline constexpr char kStoreFile[] = "run.db";

class StoreTables;

// Writes one run. Leaves existing rows as they are, so that a run replayed into its own store
// (replay.h) changes nothing until it reaches something new. The exception is computed values,
// rewards and violations: they take the bits that this machine computes, so that all values of a
// store are computed alike. Data reaches the disk as the pipeline's `commit` says; the destructor
// writes the rest. One thread at a time may use it.
class RunStore : public TrialObserver {
 public:
  // Creates the file in `directory`, which exists and holds no run, or continues the one it holds,
  // upgrading it to the current format. Throws HostError.
  enum class Mode { kNew, kContinue };
  RunStore(const std::filesystem::path& directory, Mode mode, const StoreShape& shape,
           Commit commit = Commit::kAuto);
  ~RunStore() override;

  // These throw HostError if the file cannot be written (a full disk) or could not be before;
  // everything already on disk stays readable. They throw LostStoreError if the file is no longer
  // where it was created.
  void OnEvaluation(const EvaluationRecord& evaluation) override;
  void OnTaken(std::uint64_t step) override;
  void OnTrial(const TrialRecord& trial) override;
  void OnRecords(std::uint64_t step,
                 std::span<const std::pair<std::string, double>> records) override;
  // After Hold(), nothing is written to disk until Release(). The destructor discards what is still
  // held.
  void Hold();
  void Release();
  // Deletes evaluations that did not become trials before the run ended.
  void DropUntold();
  // Deletes the trials after the first `count` told ones, with everything that belongs to them, to
  // make them again.
  void ForgetAfter(std::uint64_t count);
  void SetFront(const std::vector<FrontTrial>& front);
  void SetMeta(std::string_view key, std::string_view value);
  void Flush();

 private:
  // All writing goes through this function.
  template <class Change>
  void Write(Change&& change);
  void CommitAll();
  void CommitRepeatedly();

  const Commit commit_;
  std::unique_ptr<StoreTables> tables_;
  std::uint64_t taken_ = 0;  // evaluations, by this process, replayed ones included
  bool dirty_ = false;
  bool held_ = false;
  std::exception_ptr broken_;  // the first error while writing
  bool stop_ = false;
  std::mutex mutex_;  // guards everything above
  std::condition_variable wake_;
  std::thread committing_;
};

}  // namespace lode::core
