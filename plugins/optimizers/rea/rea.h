#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <lode/plugin.hpp>
#include <optional>

#include "toolkit/sampling/fresh_sampler.h"

namespace rea {

// Regularized evolution (Real, Aggarwal, Huang, Le: Regularized Evolution for Image Classifier
// Architecture Search, AAAI 2019, algorithm 1).
//
//   until `population` trials have succeeded: propose a random architecture not proposed before
//   then: propose a mutation of the best of `sample` members, drawn with replacement
//   every successful trial joins the population; the oldest member leaves once it is too large
//
// Repeated architectures join like new ones, and so do trials that were not asked for; failed
// trials do not. So the first population is the last `population` known trials, if there are any.
// Among equally good members the one drawn first is the parent. `sample` may exceed `population`,
// since draws are with replacement.
//
// Several proposals may be under way, as in the paper's asynchronous runs. Founders are proposed
// until members and proposals under way fill the population; from then on each child is bred from
// the current members, however few. Age is the order of Tell. There are more founders only if more
// proposals than `population` are under way before the first result.
class RegularizedEvolution {
 public:
  struct Config {
    std::int64_t population = 30;
    std::int64_t sample = 10;
  };
  static lode::Params<Config> Parameters() {
    return {
        {"population", &Config::population,
         "Number of living architectures; the oldest dies first.", lode::Range{.min = 1}},
        {"sample", &Config::sample,
         "Number of members drawn, with replacement, of which the best becomes the parent.",
         lode::Range{.min = 1}},
    };
  }

  RegularizedEvolution(lode::Host host, const Config& config)
      : host_(host),
        capacity_(static_cast<std::size_t>(config.population)),
        sample_(static_cast<std::size_t>(config.sample)) {}

  // Throws UnsupportedError if the space has no mutate.
  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

 private:
  struct Member {
    lode::Architecture architecture;
    double reward;
  };

  bool NeedsFounder() const;
  lode::Architecture DrawFounder();
  const Member& SelectParent(lode::Random random) const;

  lode::Host host_;
  std::size_t capacity_;
  std::size_t sample_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::FreshSampler> founders_;
  std::deque<Member> population_;  // oldest first
  std::size_t under_way_ = 0;      // asked for and not yet told
};

}  // namespace rea
