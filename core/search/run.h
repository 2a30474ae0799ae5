// One run: one seed of one search, from its components to its result.
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

// What an optimizer or the pipeline proposed in a stored trial.
struct StoredProposal {
  std::vector<float> action{};  // empty if an architecture was proposed
  std::string architecture{};   // in the space's notation
};

// What a run begins with: its stored part, which is replayed, and known trials.
struct Beginning {
  // The number of trials. Failures among them do not end the run: they did not when they were new,
  // except perhaps the last one.
  std::uint64_t trials = 0;
  // If evaluations are taken as they finish: what TrialObserver::OnTaken got.
  std::vector<std::uint64_t> taken{};
  std::vector<KnownTrial> known{};  // told before the first step
  // If the optimizer trains a relaxed network: where both are saved with each trial
  // (checkpoints.h), and what was proposed in the stored trials, for which it is not asked again.
  std::filesystem::path checkpoints{};
  std::vector<StoredProposal> proposals{};
};

// A run that can be executed, wherever its components live.
class Runner {
 public:
  virtual ~Runner() = default;

  // The metrics of all oracles, in the pipeline's order.
  virtual const std::vector<MetricDeclaration>& metrics() const = 0;
  // The positions of metrics that cost nothing, and the names of metrics that the space could
  // compute.
  virtual const std::vector<std::size_t>& free_metrics() const = 0;
  virtual std::vector<std::string> ComputableMetrics() const = 0;
  virtual const Reward& reward() const = 0;
  // Whether the optimizer chooses the fidelities of evaluations.
  virtual bool chooses_fidelities() const = 0;

  // Searches until the budget is spent, the run fails, or it is cancelled. Observers get every
  // trial before the optimizer does; a HostError of theirs fails the run. Call it once.
  virtual RunResult Execute(const std::vector<TrialObserver*>& observers,
                            const Beginning& beginning) = 0;
  RunResult Execute(const std::vector<TrialObserver*>& observers) { return Execute(observers, {}); }

  // Writes what the optimizer has learned to a file, completely or not at all. Returns false if the
  // optimizer cannot save. Throws HostError.
  virtual bool SavePolicy(const std::filesystem::path& file) = 0;
};

// A run with its components in this process.
class Run : public Runner {
 public:
  // Creates and binds all components. The measuring oracles belong to the executor, which was made
  // for the same pipeline and seed. `prepared` is as in RunContext. Throws HostError,
  // CancelledError.
  Run(const Pipeline& pipeline, std::uint64_t seed, const Catalog& catalog,
      const std::atomic<bool>& cancelled, std::unique_ptr<Executor> executor,
      std::function<void(const CallProgress&)> progress = {}, std::filesystem::path prepared = {});
  ~Run() override;

  const std::vector<MetricDeclaration>& metrics() const override;
  const std::vector<std::size_t>& free_metrics() const override;
  std::vector<std::string> ComputableMetrics() const override;
  const Reward& reward() const override;
  bool chooses_fidelities() const override;
  const OptimizerInstance& optimizer() const;
  using Runner::Execute;
  RunResult Execute(const std::vector<TrialObserver*>& observers,
                    const Beginning& beginning) override;
  bool SavePolicy(const std::filesystem::path& file) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace lode::core
