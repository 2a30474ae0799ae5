// The interface that observes runs: for a terminal, a page, a test, or another program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/component.h"
#include "core/plugin/declaration.h"
#include "core/run/completion.h"
#include "core/search/trial.h"

namespace lode::core {

// The run an event belongs to.
struct RunInfo {
  std::size_t index = 0;           // among the runs of its stage: 0 .. StageStarted::run_count - 1
  std::string title;               // "nb201-rea cifar10 seed 3"
  const Search* search = nullptr;  // its pipeline and budget, and its point of the grid
  std::uint64_t seed = 0;
  std::filesystem::path directory;
};

// A set of concurrent runs begins: those of one stage, or of all pipelines without stages.
struct StageStarted {
  std::string_view stage;     // its name; "" without stages
  std::string_view pipeline;  // the name, if all of its runs have the same one, or ""
  std::size_t run_count = 0;
};

struct StageFinished {
  std::string_view stage;
  Completion completion = Completion::kDone;
  bool is_unchanged = false;    // it had finished before; nothing was done
  std::string_view left_out{};  // why it is not measured, or ""
  std::string_view prepared{};  // the name of its pipeline if a preparation was made, or ""
  double seconds = 0;           // duration
};

struct RunStarted {
  const RunInfo& run;
};

// Evaluations began or ended.
struct RunActivity {
  const RunInfo& run;
  std::size_t workers = 0;    // maximum under way at once; 0: the run itself evaluates
  std::size_t under_way = 0;  // current number
  std::optional<std::uint32_t> finished{};  // the worker whose evaluation ended, as in Timing
};

// A component reports the progress of a long call.
struct RunProgress {
  const RunInfo& run;
  const CallProgress& call;
};

// A trial, as in TrialObserver::OnTrial.
struct RunTrial {
  const RunInfo& run;
  const TrialRecord& trial;
  const std::vector<MetricDeclaration>& metrics;  // describe trial.metrics
  std::size_t reward_metric = 0;                  // index of the metric that the reward uses
  std::uint64_t replayed = 0;  // number of trials at the run's start that were already stored
  double cost_seconds = 0;     // simulated, of the run's evaluations so far
};

// A run has a result, whatever its ending.
struct RunFinished {
  const RunInfo& run;
  const RunResult& result;
  const std::vector<MetricDeclaration>& metrics;
  std::size_t reward_metric = 0;
  bool was_there = false;  // it had ended before; nothing was done
};

// A run ended without a result.
struct RunFailed {
  enum class Kind {
    kCancelled,  // before its first trial
    kLost,       // its process or its store is gone; other runs continue
    kFatal,      // no other run begins; Execute throws this once the current runs have ended
  };
  const RunInfo& run;
  Kind kind = Kind::kLost;
  std::string_view reason;
};

// A message, one line.
struct RunWarning {
  enum class Kind {
    kNotice,   // stored data was changed
    kHint,     // a setting of the pipeline has no effect
    kWarning,  // a likely problem
  };
  Kind kind = Kind::kWarning;
  std::string text;
};

// Observes all runs of one PlannedSearches or StagedPipeline while it executes, and outlives that.
//
// Data that an event refers to is valid during the call; a RunInfo, until its stage has finished.
//
// Threads: OnIdle and the events of stages come from the thread that called Execute. The events of
// a run come from the run's own thread, one at a time; events of different runs may be concurrent.
// OnProgress may also come from threads of components, between OnStarted and the end of its run.
// OnWarning may come from any of these threads.
//
// Order: OnStageStarted, the events of its runs, OnStageFinished. An unchanged stage sends only the
// last; if Execute throws, the last is not sent. A run sends OnStarted, then others, then exactly
// one of OnFinished and OnFailed. A run that cannot start sends only OnFailed. A preparation is one
// run that has no trials and ends with its stage.
//
// A run waits until its listener returns. A listener does not throw.
class RunListener {
 public:
  virtual ~RunListener() = default;

  virtual void OnStageStarted(const StageStarted& /*stage*/) {}
  virtual void OnStageFinished(const StageFinished& /*stage*/) {}
  virtual void OnStarted(const RunStarted& /*run*/) {}
  virtual void OnActivity(const RunActivity& /*activity*/) {}
  virtual void OnProgress(const RunProgress& /*progress*/) {}
  virtual void OnTrial(const RunTrial& /*trial*/) {}
  virtual void OnFinished(const RunFinished& run) = 0;
  virtual void OnFailed(const RunFailed& run) = 0;
  virtual void OnWarning(const RunWarning& warning) = 0;
  // Called about every 50 ms while Execute waits for runs, so that a program can check its signals.
  virtual void OnIdle() {}
};

}  // namespace lode::core
