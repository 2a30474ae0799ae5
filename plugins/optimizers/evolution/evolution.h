// The optimizer "evolution".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <vector>

#include "toolkit/sampling/fresh_sampler.h"

namespace evolution {

// The evolutionary search of the Once-for-All authors (Cai, Gan, Wang, Zhang, Han: Once-for-All:
// Train One Network and Specialize it for Efficient Deployment, ICLR 2020; EvolutionFinder of their
// published code).
//
//   until `population` trials have succeeded: propose random architectures
//   then, generation by generation: keep the best round(parent_ratio * population) of all
//     members; add n = round(mutation_ratio * population) mutants, each of a parent drawn from the
//     kept with every decision redrawn with `mutation_probability`, and population - n crossovers,
//     each decision taken from one of two parents, drawn from the kept with replacement: they may
//     be the same
//
// So the kept are chosen from `population` members the first time, and from kept + `population`
// later.
//
// Like the published code: everything above, the defaults, ratios rounded half to even; among equal
// rewards the one told last is kept. Unlike it:
//   - the input resolution is not a decision of a space here, so it is not mutated;
//   - a decision is whatever the space's resample and crossover treat as one;
//   - they redraw a child of the same parents until it keeps their limit. Here the host rejects it,
//     and the next ask proposes another child of its kind, with newly drawn parents; the same
//     applies to failures;
//   - the first architectures are distinct as long as the space has more;
//   - they predict rewards for a whole generation at once. Here asks may run ahead: those past the
//     end of a generation are further children of the same parents, mutants with probability
//     n / population, and join the generation in which they are told, in addition to its numbers.
//     So do trials that were not asked for;
//   - known trials are the first founders, and those beyond `population` join the first generation.
class Evolution {
 public:
  struct Config {
    std::int64_t population = 100;
    double parent_ratio = 0.25;
    double mutation_ratio = 0.5;
    double mutation_probability = 0.1;
  };
  static lode::Params<Config> Parameters();

  Evolution(lode::Host host, const Config& config);

  // Throws UnsupportedError if the space lacks resample or crossover and the ratios ask for it.
  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

 private:
  enum Kind : std::uint8_t { kFounder, kMutant, kCrossover, kExtra };
  static constexpr std::size_t kKinds = kExtra;  // that have a quota in each generation

  struct Individual {
    lode::Architecture architecture;
    double reward;
  };
  struct Pending {
    lode::Architecture architecture;
    Kind kind;
  };

  Kind NextKind() const;
  lode::Architecture Draw(Kind kind, lode::Random random);
  lode::Architecture DrawFounder(lode::Random random);
  const lode::Architecture& DrawParent(lode::Random random) const;
  Kind KindOf(const lode::Trial& trial);
  Kind TakePending(lode::ArchitectureView architecture);
  void EndGeneration();

  lode::Host host_;
  std::size_t population_;
  std::size_t parents_;  // number of parents kept
  std::size_t mutants_;  // of each generation; the rest are crossovers
  double mutation_probability_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::FreshSampler> founders_;

  std::array<std::size_t, kKinds> quota_;   // of the current generation
  std::array<std::size_t, kKinds> born_{};  // told and not failed, of quota_
  std::vector<Pending> pending_;            // asked for and not yet told
  std::vector<Individual> kept_;            // empty until the first generation is complete
  std::vector<Individual> newcomers_;       // told since then, of every kind
};

}  // namespace evolution
