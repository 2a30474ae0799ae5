// Evaluates in this process, in the thread that asks.
#pragma once

#include <span>
#include <vector>

#include "core/exec/timed_executor.h"
#include "core/search/finished_evaluations.h"
#include "core/search/oracles.h"

namespace lode::core {

// A single query is evaluated at once. With a capacity, queries wait until an evaluation is
// needed; then as many as fit are evaluated in one call of the oracles.
class InProcess : public TimedExecutor {
 public:
  // Creates the measuring oracles. All arguments outlive *this. Throws HostError.
  InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
            std::size_t capacity = 1);

  const MetricLists& metrics() const override { return oracles_.metrics(); }
  const Fidelities& fidelities() const override { return oracles_.fidelities(); }
  std::size_t capacity() const override { return capacity_; }
  NetworkOwner* network() override { return oracles_.network(); }
  void Start(const Query& query) override;
  // Evaluates, if it must, for as long as that takes.
  std::optional<std::uint64_t> NextUntil(Clock::time_point deadline) override;
  Evaluation Finish(std::uint64_t id) override;

 private:
  void EvaluateWaiting();
  void Evaluate(std::span<const Query> queries);

  const std::size_t capacity_;
  Oracles oracles_;
  std::vector<Query> waiting_;
  FinishedEvaluations finished_;
};

}  // namespace lode::core
