// Asks again what has failed, for failures that pass: a lost device, a full queue.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "core/plugin/component.h"
#include "core/search/executor.h"

namespace lode::core {

// Only the last answer to a question is told and stored: a run that is resumed finds that one, and
// has the same trials however often it was asked. How often that was is recorded as `retries`.
class Retrying : public Executor {
 public:
  // A failed evaluation is made again at most `retries` times, after a pause of 0.1 s before the
  // first and of twice as much before each further time, up to a minute. `run` outlives *this.
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
