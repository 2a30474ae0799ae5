// The optimizer "bo".
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <vector>

#include "plugins/optimizers/bo/candidates.h"
#include "plugins/optimizers/bo/features.h"
#include "plugins/optimizers/bo/metric_bounds.h"
#include "plugins/optimizers/bo/model.h"
#include "toolkit/sampling/fresh_sampler.h"
#include "toolkit/sampling/objective_count.h"

namespace bo {

// Bayesian optimization with a Gaussian process on decisions, paths, graph and analytic metrics.
//
//   until `initial` trials have succeeded or are under way: propose a random architecture
//   then: fit the model (Model) to all trials, or past `model_trials` to some; propose the
//     candidate of the largest expected improvement among mutations of the best ten, of different
//     values, and random architectures
//
// Only architectures that were not proposed or told before are proposed, until the space is
// exhausted. Those that are known to break a limit (MetricBounds) are not proposed either, and
// rejected ones that a limit on the space's own metrics explains do not enter the model; all other
// rejected and failed trials enter it as the worst.
class Bo {
 public:
  struct Config {
    std::int64_t initial = 3;
    std::int64_t model_trials = 500;
    double clip = 0.3;
    std::string pending = "believe";
    std::int64_t random_candidates = 250;
  };
  static lode::Params<Config> Parameters();

  Bo(lode::Host host, const Config& config);

  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  // Throws InvalidError if the trial has a different number of objectives from those before.
  void Tell(const lode::Trial& trial);

 private:
  static constexpr std::size_t kParents = 10;

  struct Pending {
    lode::Architecture architecture;
    Row row;
  };

  bool NeedsInitial() const;
  lode::Architecture DrawAllowed(lode::Random random);
  lode::Architecture Propose(lode::Random random);
  void RefreshCandidates(lode::Random random);
  bool IsExcluded(lode::ArchitectureView architecture) const;
  std::vector<double> Measure(lode::ArchitectureView architecture) const;
  void TakePending(lode::ArchitectureView architecture);
  bool LearnLimits(const lode::Trial& trial);

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::FreshSampler> met_;
  std::optional<FeatureCache> features_;
  std::optional<CandidatePool> pool_;
  std::optional<MetricBounds> bounds_;
  std::optional<Model> model_;
  lode::sampling::ObjectiveCount objectives_;
  std::size_t succeeded_ = 0;
  std::vector<Pending> pending_;
};

}  // namespace bo
