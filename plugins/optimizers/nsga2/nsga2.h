// The optimizer "nsga2".
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <vector>

#include "plugins/optimizers/nsga2/pareto.h"
#include "toolkit/sampling/fresh_sampler.h"
#include "toolkit/sampling/objective_count.h"

namespace nsga2 {

// NSGA-II (Deb, Pratap, Agarwal, Meyarivan: A Fast and Elitist Multiobjective Genetic Algorithm:
// NSGA-II, IEEE Transactions on Evolutionary Computation 6(2), 2002).
//
//   until `population` trials have succeeded: propose random architectures not seen before
//   then, for each child: draw two parents, each the better of two members drawn with replacement
//     (crowded comparison; the first drawn if neither is better); with `crossover_probability`
//     cross them, otherwise take the first; change one decision, always if they were not crossed,
//     with `mutation_probability` if they were
//   once `population` more trials have succeeded: the members become the best `population` of
//     members and newcomers by front and crowding distance
//
// Objectives and violations are the trial's: the pipeline's goals and limits, or only the reward.
// With one objective it is a genetic algorithm with elitism. On NAS-Bench-201 with two goals and on
// two test functions, mutation probabilities from 0.1 to 0.7 make no difference that 20 runs can
// show; with crossover only, 0 loses diversity.
//
// As in Deb et al. except for: the operators, which are the space's; and architectures seen before,
// which are not proposed again. If kTries children in a row were seen before, a random architecture
// that was not is proposed; if none is left, any. Failed and rejected proposals count as seen and
// have no place in the population: the next ask proposes another child.
//
// Several proposals may be under way, also past the end of a generation: each is bred from the
// current members (at random while there are none) and joins the newcomers of the generation in
// which it is told, so that no child is lost. So do trials that were not asked for.
class Nsga2 {
 public:
  struct Config {
    std::int64_t population = 100;
    double crossover_probability = 0.9;
    double mutation_probability = 0.5;
  };
  static lode::Params<Config> Parameters();

  Nsga2(lode::Host host, const Config& config);

  // Throws UnsupportedError if the space has no mutate. Without crossover all children are mutants.
  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  // Throws InvalidError if the trial has a different number of objectives from those before.
  void Tell(const lode::Trial& trial);

 private:
  static constexpr int kTries = 100;

  struct Individual {
    lode::Architecture architecture;
    nsga2::Point point;
  };

  lode::Architecture Propose(lode::Random random);
  lode::Architecture Breed(lode::Random random) const;
  const Individual& SelectParent(lode::Random random) const;
  void EndGeneration();

  lode::Host host_;
  std::size_t capacity_;
  double crossover_probability_;
  double mutation_probability_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::FreshSampler> met_;

  lode::sampling::ObjectiveCount objectives_;
  std::vector<Individual> members_;         // empty until the first generation is complete
  std::vector<nsga2::Standing> standings_;  // of members_, in their order
  std::vector<Individual> newcomers_;       // of the current generation
};

}  // namespace nsga2
