// The optimizer "hyperband".
#pragma once

#include <lode/plugin.hpp>
#include <optional>

#include "plugins/optimizers/hyperband/successive_halving.h"
#include "toolkit/sampling/fresh_sampler.h"

namespace hyperband {

// Hyperband (Li et al., JMLR 18, 2018): brackets of successive halving on random architectures that
// were not seen before. The ladder comes from the fidelities that the oracle serves; with only 1 it
// is random search. Several proposals may be under way, and told in any order.
class Hyperband {
 public:
  struct Config {
    double eta = 3;
    double lowest = 0;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Hyperband(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space);
  void Offer(const lode::Fidelities& offered);
  lode::Proposal Ask();
  void Tell(const lode::Trial& trial);

 private:
  lode::Host host_;
  Config config_;
  std::optional<lode::sampling::FreshSampler> fresh_;
  std::optional<Brackets> brackets_;
};

}  // namespace hyperband
