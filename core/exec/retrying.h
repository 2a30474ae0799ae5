// Repeats evaluations that failed, for temporary failures: a lost device, a full queue.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "core/exec/timed_executor.h"
#include "core/plugin/component.h"
#include "core/search/finished_evaluations.h"

namespace lode::core {

// Only the last evaluation of a query is reported and stored. A resumed run finds it and gets the
// same trials, however many attempts it took. The number of repetitions is recorded as `retries`.
class Retrying : public Executor {
 public:
  // Repeats a failed evaluation at most `retries` times. Pauses 0.1 s before the first repetition
  // and twice as long before each further one, up to a minute; meanwhile others are evaluated.
  // `run` outlives *this.
  Retrying(std::unique_ptr<TimedExecutor> executor, std::uint64_t retries, const RunContext& run);

  const MetricLists& metrics() const override { return executor_->metrics(); }
  const Fidelities& fidelities() const override { return executor_->fidelities(); }
  std::size_t capacity() const override { return executor_->capacity(); }
  NetworkOwner* network() override { return executor_->network(); }
  void Start(const Query& query) override;
  std::uint64_t Next() override;
  Evaluation Finish(std::uint64_t id) override;

 private:
  using Clock = TimedExecutor::Clock;

  struct Asked {
    Query query;
    std::uint64_t retries = 0;
    Timing earlier{};                              // of the failed attempts
    std::optional<Clock::time_point> pause_end{};  // set while it pauses
  };
  bool IsLast(const Asked& asked, const Evaluation& evaluation) const;
  // Returns the evaluation with what the earlier attempts add to it.
  static Evaluation Final(const Asked& asked, Evaluation last);
  void OnFinished(const Query& query, const Evaluation& evaluation);

  // Waits for one evaluation of the executor, or for the next pause to end.
  void Advance();
  // Starts what has paused long enough. Returns when the next pause ends.
  Clock::time_point StartDue();
  void Take(std::uint64_t id);
  void Postpone(Asked& asked, const Evaluation& failed);
  void SleepUntil(Clock::time_point end) const;

  const std::unique_ptr<TimedExecutor> executor_;
  const std::uint64_t retries_;
  const RunContext& run_;
  std::map<std::uint64_t, Asked> asked_;  // by id
  FinishedEvaluations finished_;          // the last ones
};

}  // namespace lode::core
