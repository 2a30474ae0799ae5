// The optimizer "npenas".
#pragma once

#include <lode/plugin.hpp>

#include "plugins/optimizers/bananas/search.h"

namespace npenas {

// Evolution that a predictor guides (Wei, Niu, Tang, Wang, Hu, Liang: NPENAS: Neural Predictor
// Guided Evolution for Neural Architecture Search, 2020, algorithm 1, as NPENAS-NP): the best
// architectures are mutated many times, and of the mutants only those that the predictor expects to
// be the best are measured. See bananas::PredictorSearch for the algorithm.
class Npenas : public bananas::PredictorSearch {
 public:
  static lode::Presets Presets();

  Npenas(lode::Host host, const Config& config)
      : PredictorSearch(host, config, bananas::ExpectedValue) {}
};

}  // namespace npenas
