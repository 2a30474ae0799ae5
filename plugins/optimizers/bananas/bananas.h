// The optimizer "bananas".
#pragma once

#include <lode/plugin.hpp>

#include "plugins/optimizers/bananas/search.h"

namespace bananas {

// BANANAS (White, Neiswanger, Savani: BANANAS: Bayesian Optimization with Neural Architectures for
// Neural Architecture Search, AAAI 2021, algorithm 1): candidates are ranked by independent
// Thompson sampling from an ensemble of networks. See PredictorSearch for the algorithm.
class Bananas : public PredictorSearch {
 public:
  static lode::Presets Presets();

  Bananas(lode::Host host, const Config& config) : PredictorSearch(host, config, ThompsonSample) {}
};

}  // namespace bananas
