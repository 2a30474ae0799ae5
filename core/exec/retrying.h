// Repeats evaluations that failed, for temporary failures: a lost device, a full queue.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "core/plugin/component.h"
#include "core/search/executor.h"

namespace lode::core {

// Only the last answer to a question is reported and stored. A resumed run finds that answer and
// gets the same trials, however many attempts it took. The number of repetitions is recorded as
// `retries`.
class Retrying : public Executor {
 public:
  // Repeats a failed evaluation at most `retries` times. Pauses 0.1 s before the first repetition
  // and twice as long before each further one, up to a minute. `run` outlives *this.
  Retrying(std::unique_ptr<Executor> executor, std::uint64_t retries, const RunContext& run);

  const MetricLists& metrics() const override { return executor_->metrics(); }
  std::size_t capacity() const override { return executor_->capacity(); }
  void Start(const Question& question) override;
  Measurement Finish(std::uint64_t id) override;

 private:
  struct Asked {
    Question question;
    std::uint64_t retries = 0;
  };
  bool IsLast(const Asked& asked, const Measurement& measurement) const;
  void OnAnswer(const Question& question, const Measurement& measurement);
  void Pause(std::uint64_t retries) const;

  const std::unique_ptr<Executor> executor_;
  const std::uint64_t retries_;
  const RunContext& run_;
  std::map<std::uint64_t, Asked> asked_;  // by id
};

}  // namespace lode::core
