// The common base of executors that evaluate elsewhere: queries wait in order until a process is
// free, evaluations wait until they are asked for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "core/exec/message.h"
#include "core/exec/timed_executor.h"
#include "core/plugin/component.h"
#include "core/search/finished_evaluations.h"

namespace lode::core {

class Dispatcher : public TimedExecutor {
 public:
  // `run` outlives *this.
  explicit Dispatcher(const RunContext& run) : run_(run) {}

  const MetricLists& metrics() const override { return metrics_; }
  const Fidelities& fidelities() const override { return fidelities_; }
  void Start(const Query& query) override;
  std::optional<std::uint64_t> NextUntil(Clock::time_point deadline) override;
  Evaluation Finish(std::uint64_t id) override;

 protected:
  // The longest wait between two checks for cancellation.
  static constexpr std::chrono::milliseconds kSlice{50};

  // Gives the query to a free process, or evaluates it at once. Returns false if no process is
  // free.
  virtual bool Give(const Query& query) = 0;
  // Waits for at most kSlice and handles the messages that arrive. Throws CancelledError,
  // HostError.
  virtual void Wait() = 0;

  const RunContext& run() const { return run_; }
  void ThrowIfCancelled() const;

  // All processes must declare the same metrics and fidelities. Throws HostError if they do not.
  void TakeReady(Ready ready);
  bool has_metrics() const { return !metrics_.empty(); }

  // Takes the evaluation of the query `asked` by worker number `worker`, and clears `asked`.
  // Returns "", or what is wrong with it; then it is not taken.
  std::string TakeEvaluation(std::optional<Query>& asked, Finished& finished, std::uint32_t worker);
  // Queues the query before all others: the process that it was given to did not begin it.
  void GiveAgain(const Query& query) { waiting_.push_front(query); }
  // Records the query as failed, for this reason.
  void TakeFailure(const Query& query, const std::string& reason, Timing timing);

  // Forwards log messages and progress of worker number `worker` to where this process sends its
  // own. Returns false for other messages.
  bool PassOn(const Message& message, std::uint32_t worker) const;

 private:
  void Dispatch();
  void Keep(const Query& query, Evaluation evaluation);

  const RunContext& run_;
  MetricLists metrics_;
  Fidelities fidelities_;
  std::size_t metric_count_ = 0;
  std::deque<Query> waiting_;
  FinishedEvaluations finished_;
};

}  // namespace lode::core
