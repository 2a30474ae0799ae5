// Writes what a run finds into event files for TensorBoard, in the directory `tensorboard` of the
// run.
//
// The step of a value is the number of trials that the optimizer was told before; that is the
// trial's step, unless results are taken as they finish. The files have
//
//   trial/reward, trial/METRIC, ...     of a trial; violation if there are limits, fidelity if the
//                                       optimizer chooses it
//   best/reward, best/METRIC            of the best so far, METRIC being the reward's;
//                                       highest_measured/ instead of best/ if a metric is noisy,
//                                       last/ if the last trial is the result
//   search/failures, search/cost_seconds
//                                       sums so far; the cost that oracles report
//   oracle/NAME, optimizer/NAME         what oracles, and exploration and optimizer, recorded
//   best/architecture, best/network     of a new best: text and picture
//   result/architecture, result/network of the run's result, when it has ended
//   pipeline                            the resolved pipeline, as text
//
// A value that an oracle records several times in one evaluation is a curve of its own, NAME in the
// directory `tensorboard/training-STEP`.
//
// A new best is always written. Of other trials, a thousand per second are: TensorBoard shows no
// more, and run.db has them all.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/run/best_pictures.h"
#include "core/search/best_tracker.h"
#include "core/search/executor.h"
#include "core/search/trial.h"
#include "core/store/event_file.h"

namespace lode::core {

class EventLog : public TrialObserver {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = Clock::time_point (*)();  // tells the time

  struct Facts {
    std::filesystem::path directory{};  // of the run
    const std::vector<MetricDeclaration>& metrics;
    std::size_t reward_metric = 0;  // index of the metric that the reward uses
    ResultRule result = ResultRule::kBest;
    bool has_limits = false, has_fidelities = false;
    std::uint64_t replayed = 0;  // trials at the beginning, which are not written again
    std::string pipeline{};      // as TOML
  };
  // `pictures` may be null. Creates no file before there is something to write. Calls `warn` if a
  // picture cannot be made.
  EventLog(Facts facts, std::unique_ptr<BestPictures> pictures,
           std::function<void(const std::string&)> warn, Now now = Clock::now);

  // These throw HostError if a file cannot be written.
  void OnEvaluation(const EvaluationRecord& evaluation) override;
  void OnTrial(const TrialRecord& trial) override;
  void OnRecords(std::uint64_t step,
                 std::span<const std::pair<std::string, double>> records) override;
  // Writes what is left, and the result of a run that has ended.
  void End(const RunResult& result, bool has_ended);

 private:
  using Next = std::optional<BestPictures::Picture> (BestPictures::*)();

  bool IsReplayed() const { return told_ < facts_.replayed; }
  bool IsDue(std::uint64_t position);
  void WriteTrial(const TrialRecord& trial);
  void WriteBest(const TrialRecord& trial);
  void AddTotals(StepValues& values) const;
  void AddRecords(const Records& records, StepValues& values);
  void WriteCurves(const Records& records);
  void WritePicture(const std::string& name, Next next);
  void Write(std::uint64_t position, const StepValues& values);

  const Facts facts_;
  std::unique_ptr<BestPictures> pictures_;  // null once a picture has failed
  const std::function<void(const std::string&)> warn_;
  const Now now_;
  const std::string best_name_;            // "best/"
  std::vector<std::string> metric_names_;  // "trial/valid_accuracy"
  std::unique_ptr<EventFile> file_;        // null before something is written
  ExactBest best_;
  std::unordered_map<std::uint64_t, Records> records_;  // of evaluations without a trial so far
  std::uint64_t told_ = 0, failures_ = 0;
  double cost_seconds_ = 0;
  std::optional<std::uint64_t> last_step_;  // of the last trial
  std::optional<std::uint64_t> chosen_;     // the last position that was written
  Clock::time_point next_{};                // when another trial may be written
};

}  // namespace lode::core
