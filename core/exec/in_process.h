// Evaluates in this process, one question at a time.
#pragma once

#include "core/exec/timed_executor.h"
#include "core/search/answers.h"
#include "core/search/oracles.h"

namespace lode::core {

class InProcess : public TimedExecutor {
 public:
  // Creates the measuring oracles. All arguments outlive *this. Throws HostError.
  InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run);

  const MetricLists& metrics() const override { return oracles_.metrics(); }
  std::size_t capacity() const override { return 1; }
  void Start(const Question& question) override;
  std::optional<std::uint64_t> NextUntil(Clock::time_point) override { return answers_.First(); }
  Measurement Finish(std::uint64_t id) override;

 private:
  Oracles oracles_;
  Answers answers_;
};

}  // namespace lode::core
