// Evaluates in threads of this process, for oracles that may be called from several at once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "core/exec/timed_executor.h"
#include "core/plugin/component.h"
#include "core/search/finished_evaluations.h"
#include "core/search/oracles.h"

namespace lode::core {

class Threads : public TimedExecutor {
 public:
  // Creates the measuring oracles, which all have LODE_CAP_CONCURRENT, and `count` threads. The
  // destructor cancels the evaluations under way and waits for the threads. All arguments outlive
  // *this. Throws HostError, CancelledError.
  Threads(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
          std::size_t count);
  ~Threads() override;

  const MetricLists& metrics() const override { return oracles_.metrics(); }
  const Fidelities& fidelities() const override { return oracles_.fidelities(); }
  std::size_t capacity() const override { return threads_.size(); }
  void Start(const Query& query) override;
  std::optional<std::uint64_t> NextUntil(Clock::time_point deadline) override;
  Evaluation Finish(std::uint64_t id) override;

 private:
  // The body of each thread.
  void Work(const std::stop_token& stop, std::uint32_t worker);
  void Evaluate(Query query, std::uint32_t worker);
  std::optional<Query> AwaitQuery(const std::stop_token& stop);

  // Waits until a thread has finished, but not long.
  void AwaitFinished(Clock::time_point deadline);
  // Takes what the threads have finished. Throws what a thread has caught, CancelledError.
  void TakeFinished();

  std::atomic<bool> abandoned_ = false;
  const RunContext run_;
  Oracles oracles_;
  FinishedEvaluations finished_;

  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::deque<Query> waiting_;
  std::condition_variable ready_;
  std::vector<std::pair<Query, Evaluation>> arrived_;  // not taken yet
  std::exception_ptr fault_;                           // that ended an evaluation without a result
  std::vector<std::jthread> threads_;
};

}  // namespace lode::core
