// One run: one seed of one search, from components to result.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"
#include "core/plugin/component.h"
#include "core/search/executor.h"
#include "core/search/reward.h"
#include "core/search/trial.h"

namespace lode::core {

class Run {
 public:
  // Creates and binds all components; what measures is with the executor, which was made for the
  // same pipeline and seed. `prepared`: as in RunContext. Throws HostError, CancelledError.
  Run(const Pipeline& pipeline, std::uint64_t seed, const Catalog& catalog,
      const std::atomic<bool>& cancelled, std::unique_ptr<Executor> executor,
      std::function<void(double, std::string_view)> progress = {},
      std::filesystem::path prepared = {});
  ~Run();

  // Of all oracles, in the pipeline's order.
  const std::vector<MetricDeclaration>& metrics() const;
  // Which of them cost nothing, and the names of those that the space could compute.
  const std::vector<std::size_t>& free_metrics() const;
  std::vector<std::string> ComputableMetrics() const;
  const Reward& reward() const;
  const OptimizerInstance& optimizer() const;

  // Searches until the budget is spent, the run fails, or `cancelled` is set. Every trial goes to
  // the observers before the optimizer is told; a HostError of theirs fails the run. Call once.
  RunResult Execute(const std::vector<TrialObserver*>& observers);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace lode::core
