// The optimizer "tpe".
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <vector>

#include "plugins/optimizers/nsga2/pareto.h"
#include "plugins/optimizers/tpe/mixture.h"
#include "toolkit/sampling/fresh_sampler.h"
#include "toolkit/sampling/objective_count.h"
#include "toolkit/sampling/rows.h"

namespace tpe {

// The tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), multivariate (Falkner et
// al., ICML 2018), as Optuna 5 has it for categorical parameters.
//
//   until `initial` trials have succeeded: propose random architectures
//   then: the good trials are the best ceil(gamma n) of n, at most `most_good`; fit one mixture to
//     them, one to the others; draw `candidates` architectures from the first, and propose the one
//     with the largest quotient of densities, good over others
//
// With several goals the best are those of the first fronts, the last one by crowding distance
// (Optuna: by hypervolume), and `most_good` is not a limit. Trials that break limits come after
// those that keep them, by violation. Rejected and failed trials are never good, and belong to the
// others like proposals under way: both lead away from them. The last `recent` of the others have
// the weight 1, earlier ones less, the first 1 / n.
//
// Unlike Optuna's, it proposes no architecture twice, unless `repeats`, while there are others: if
// kTries draws for each candidate give only known ones, it proposes a random architecture.
class Tpe {
 public:
  struct Config {
    std::int64_t initial = 10;
    std::int64_t candidates = 24;
    double gamma = 0.1;
    std::int64_t most_good = 25;
    std::int64_t recent = 25;
    bool repeats = false;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Tpe(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  // Throws InvalidError if the trial has a different number of objectives from those before.
  void Tell(const lode::Trial& trial);

  // The positions of the good trials among all, in the order they were told.
  std::vector<std::size_t> Good() const;

 private:
  static constexpr std::int64_t kTries = 10;

  lode::Architecture Propose(lode::Random random);
  lode::Architecture DrawRandom(lode::Random random);
  void FitMixtures();
  void ForgetUnderWay(const lode::sampling::Choices& choices);

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::Rows> rows_;
  std::optional<lode::sampling::FreshSampler> met_;
  std::optional<Mixture> good_, others_;

  // Of each trial, in the order they were told. Those that failed have one objective, 0, and an
  // infinite violation, which puts them last.
  std::vector<lode::sampling::Choices> choices_;
  std::vector<nsga2::Point> points_;
  std::size_t succeeded_ = 0;                  // number of them
  lode::sampling::ObjectiveCount objectives_;  // of those that succeeded
  std::vector<lode::sampling::Choices> under_way_;
};

}  // namespace tpe
