// The optimizer "bohb".
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>

#include "plugins/optimizers/bohb/model.h"
#include "plugins/optimizers/hyperband/successive_halving.h"
#include "toolkit/sampling/fresh_sampler.h"
#include "toolkit/sampling/rows.h"

namespace bohb {

// BOHB (Falkner, Klein, Hutter: BOHB: Robust and Efficient Hyperparameter Optimization at Scale,
// ICML 2018), as the authors' program hpbandster has it for categorical parameters: Hyperband,
// whose new architectures are, but for a fraction, the most promising of `candidates` draws from
// the density of the good results.
//
// Unlike there, no architecture that is known begins a bracket again; among draws that are all
// known, a random one does. Trials that were not asked for teach the model, too.
class Bohb {
 public:
  struct Config {
    double eta = 3;
    double lowest = 0;
    std::int64_t candidates = 64;
    double random_fraction = 1.0 / 3;
    double good_share = 0.15;
    std::int64_t min_points = 0;
    double least_bandwidth = 1e-3;
    bool full_evaluations = false;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  // Throws InvalidError for full evaluations on a ladder without a lowest rung.
  Bohb(lode::Host host, const Config& config);

  void Bind(const lode::Space& space);
  void Offer(const lode::Fidelities& offered);
  lode::Proposal Ask();
  void Tell(const lode::Trial& trial);

 private:
  lode::Architecture Draw(lode::Random random);
  // Returns the most promising new draw; none if all draws are known.
  std::optional<lode::Architecture> DrawPromising(lode::Random random) const;
  // Returns the rung of a trial that was not asked for; none if its fidelity has none.
  std::optional<std::size_t> RungOf(double fidelity) const;

  lode::Host host_;
  Config config_;
  std::optional<lode::sampling::Rows> rows_;
  std::optional<lode::sampling::FreshSampler> fresh_;
  std::vector<double> rungs_;
  std::optional<hyperband::Brackets> brackets_;
  std::optional<Model> model_;
};

}  // namespace bohb
