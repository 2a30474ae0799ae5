#pragma once

#include <lode/plugin.hpp>
#include <optional>

#include "toolkit/sampling/fresh_sampler.h"

namespace random_search {

// Random search: all architectures equally likely at every step. With `repeats` = false it proposes
// no architecture that was proposed or told before; once the space is exhausted it logs that and
// repeats, so that a run with a budget of steps still ends as declared.
class RandomSearch {
 public:
  struct Config {
    bool repeats = true;
  };
  static lode::Params<Config> Parameters() {
    return {{"repeats", &Config::repeats,
             "Whether an architecture may be drawn again; if not, draws repeat only once the space "
             "is exhausted."}};
  }

  RandomSearch(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

 private:
  lode::Architecture DrawFresh();

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::FreshSampler> sampler_;
};

}  // namespace random_search
