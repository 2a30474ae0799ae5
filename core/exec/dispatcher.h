// What executors that evaluate elsewhere have in common: questions wait in order until somebody is
// free, answers wait until they are asked for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "core/exec/message.h"
#include "core/plugin/component.h"
#include "core/search/executor.h"

namespace lode::core {

class Dispatcher : public Executor {
 public:
  // `run` outlives *this.
  explicit Dispatcher(const RunContext& run) : run_(run) {}

  const MetricLists& metrics() const override { return metrics_; }
  void Start(const Question& question) override;
  Measurement Finish(std::uint64_t id) override;

 protected:
  // How long one wait may go on before the wish to cancel is looked at again.
  static constexpr std::chrono::milliseconds kSlice{50};

  // Gives the question to somebody free, or answers it; false if nobody is free.
  virtual bool Give(const Question& question) = 0;
  // Waits for a slice at most, passing on what comes. Throws CancelledError, HostError.
  virtual void Wait() = 0;

  const RunContext& run() const { return run_; }
  void ThrowIfCancelled() const;

  // Everybody must have the same metrics. Throws HostError.
  void SetMetrics(MetricLists metrics);
  bool has_metrics() const { return !metrics_.empty(); }

  // Takes the answer to what was asked, which is nothing then. Returns what is wrong with it instead,
  // in words, or "".
  std::string TakeAnswer(std::optional<Question>& asked, Answer& answer);
  // The question is lost, for this reason.
  void TakeFailure(const Question& question, const std::string& reason);

  // Log messages and progress go where those of this process go; false for other messages.
  bool PassOn(const Message& message) const;

 private:
  void Dispatch();
  void Keep(const Question& question, Measurement measurement);

  const RunContext& run_;
  MetricLists metrics_;
  std::size_t metric_count_ = 0;
  std::deque<Question> waiting_;
  std::map<std::uint64_t, Measurement> answers_;
};

}  // namespace lode::core
