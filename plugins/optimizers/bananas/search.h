// A search that asks a predictor which architectures to measure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <vector>

#include "plugins/optimizers/bananas/candidates.h"
#include "plugins/optimizers/bananas/predictor.h"
#include "toolkit/sampling/fresh_sampler.h"

namespace bananas {

// How much a candidate is worth by its prediction; the most valuable ones are proposed.
using Acquisition = double (*)(lode::Random random, const Prediction& prediction);

// A draw from the normal distribution with the prediction's mean and deviation: independent
// Thompson sampling (BANANAS, section 5).
double ThompsonSample(lode::Random random, const Prediction& prediction);

// The prediction's mean: no exploration but that of the candidates.
double ExpectedValue(lode::Random random, const Prediction& prediction);

// How the optimizers search that learn rewards with a predictor (Predictor):
//
//   until `initial` trials have succeeded or are under way: propose random architectures
//   then, in rounds: draw candidates, most of them mutations of the best architectures; fit the
//     predictor to all trials; propose the `per_round` most valuable ones, one after the other
//
// Only architectures that were not proposed or told before are proposed, until the space is
// exhausted. The predictor learns rewards, also where there are several goals; rejected and failed
// trials are as bad as the worst. Trials are learned in the order in which they are told.
class PredictorSearch {
 public:
  struct Config {
    std::int64_t initial = 10;
    std::int64_t per_round = 5;
    std::string encoding = "both";
    std::int64_t most_paths = 128;
    std::string targets = "ranks";
    std::int64_t networks = 3;
    std::int64_t layers = 2;
    std::int64_t width = 32;
    std::string loss = "squared";
    double learning_rate = 0.003;
    std::int64_t epochs = 30;
    std::int64_t batch_size = 32;
    std::int64_t most_steps = 1000;
    std::int64_t mutants = 100;
    std::int64_t parents = 10;
    double further_mutation = 0.3;
    std::int64_t uniform = 50;
  };
  static lode::Params<Config> Parameters();
  // The preset "quick": the defaults.
  static lode::Preset Quick();

  PredictorSearch(lode::Host host, const Config& config, Acquisition acquisition)
      : host_(host), config_(config), acquisition_(acquisition) {}

  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

 private:
  bool NeedsInitial() const;
  lode::Architecture Propose(lode::Random random);
  void DropSeen();
  void StartRound(lode::Random random);
  std::vector<double> ValuesOf(lode::Random random, std::span<const lode::Architecture> candidates);

  lode::Host host_;
  Config config_;
  Acquisition acquisition_;
  std::optional<lode::sampling::FreshSampler> met_;
  std::optional<Predictor> predictor_;
  std::optional<CandidateGenerator> generator_;
  std::deque<lode::Architecture> round_;  // what is still to be proposed, the most valuable first
  std::size_t succeeded_ = 0;
  std::size_t under_way_ = 0;  // asked for and not yet told
};

}  // namespace bananas
