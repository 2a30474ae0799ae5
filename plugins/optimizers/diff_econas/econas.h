// The optimizer "econas".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <lode/plugin.hpp>
#include <optional>
#include <vector>

#include "plugins/optimizers/diff_econas/population.h"
#include "toolkit/sampling/fresh_sampler.h"

namespace diff_econas {

// EcoNAS's evolution with hierarchical proxies (Zhou, Zhou, Zhang, Loy, Yi, Zhang, Ouyang: EcoNAS:
// Finding Proxies for Economical Neural Architecture Search, CVPR 2020), with the rules and numbers
// of the authors' program. A training of 3E epochs has three stages, and there is a population of
// the networks that have been trained for E, for 2E and for 3E epochs.
//
//   train `newcomers` random networks for E epochs
//   then, cycle by cycle:
//     bury the networks whose last training began `lifetime` or more cycles ago
//     draw mothers from all populations, about as many from each, `newcomers` in all; a mother is
//       the best of floor(sample_share * n) + 1 of the n members, drawn with replacement
//     train the best promoted[0] of the first population for 2E epochs, the best promoted[1] of
//       the second for 3E; they move up
//     train a mutant of each mother for E epochs
//
// An empty population gives no mothers, so the first cycles have fewer mutants. A network has the
// highest reward of its trainings so far. The stages are the fidelities 1/3, 2/3 and 1, or 1/n up
// to n/n for n - 1 numbers in `promoted`; of a list of fidelities that the oracle serves, each is
// the nearest below. Those below all that are served, and repeats, are left out, and the first
// numbers of `promoted` are for those that remain: on a table with trainings of 12 and 200 epochs
// there are two populations, and with full evaluations only, one.
//
// Unlike the authors' program:
//   - it continues the training of a network that is promoted, all with one fall of the learning
//     rate over 3E epochs. Evaluations are independent of each other here, so the oracle trains the
//     network anew, for more epochs;
//   - a mutation is the space's, and the reward is the pipeline's;
//   - a mutant that was proposed before is mutated again until it is new. In the authors' space it
//     hardly ever was; in a small one, most mutants of the best are, and would be trained again;
//   - asks may run ahead. The next cycle begins when all trainings of the last are under way, and
//     results that come later join the populations then. With one evaluation at a time, cycles are
//     the program's;
//   - a newcomer that breaks a limit is replaced by another from the same population, and a founder
//     that fails by another founder. A network whose training fails is dead;
//   - trials that were not asked for join the population of their fidelity, if there is one. Known
//     trials count as founders.
class EcoNas {
 public:
  struct Config {
    std::int64_t newcomers = 16;
    std::vector<std::int64_t> promoted = {8, 4};
    double sample_share = 0.25;
    std::int64_t lifetime = 10;
  };
  static lode::Params<Config> Parameters();

  // Throws InvalidError if there are fewer newcomers than stages.
  EcoNas(lode::Host host, const Config& config);

  // Throws UnsupportedError if the space has no mutate.
  void Bind(const lode::Space& space);
  void Offer(const lode::Fidelities& offered);
  lode::Proposal Ask();
  void Tell(const lode::Trial& trial);

 private:
  // A network to train.
  struct Training {
    Member network;                     // with the cycle in which the training begins
    std::size_t stage = 0;              // of fidelities_ and populations_
    std::optional<std::size_t> origin;  // population of a newcomer's mother; none for founders
  };

  void ReplaceRejected(lode::Random random);
  void BeginCycle(lode::Random random);
  void Bury();
  std::size_t MissingFounders() const;
  std::size_t MothersOf(std::size_t population) const;
  std::vector<Training> Breed(lode::Random random);
  void PlanPromotions();
  Training Found(lode::Random random);
  Training BreedFrom(std::size_t population, lode::Random random);
  lode::Architecture NewMutant(lode::ArchitectureView mother, lode::Random random) const;
  std::optional<Training> TakeUnderWay(const lode::Trial& trial);
  std::optional<std::size_t> StageOf(double fidelity) const;

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::FreshSampler> fresh_;
  std::vector<double> fidelities_;       // of the stages, ascending; the last is 1
  std::vector<Population> populations_;  // of the stages
  std::uint64_t cycle_ = 0;
  std::deque<Training> planned_;     // in this cycle, not yet asked for
  std::vector<Training> under_way_;  // asked for and not yet told
  std::vector<Training> rejected_;   // newcomers that broke a limit
};

}  // namespace diff_econas
