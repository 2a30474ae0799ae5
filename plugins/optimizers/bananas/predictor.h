// What a search has learned from its trials: an ensemble of networks on encoded architectures.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/predictors/ensemble.h"
#include "toolkit/predictors/features.h"
#include "toolkit/predictors/input_table.h"
#include "toolkit/predictors/targets.h"

namespace bananas {

using lode::predictors::Ensemble;
using lode::predictors::InputTable;
using lode::predictors::Prediction;
using lode::predictors::Scale;

class Predictor {
 public:
  struct Settings {
    lode::predictors::Features::Settings features;
    Scale scale = Scale::kRanks;
    Ensemble::Settings ensemble;
  };

  // Draws architectures of the space from the host's random numbers, from which it learns the path
  // encoding.
  Predictor(lode::Host host, const lode::Space& space, const Settings& settings);

  // Adds a trial; larger values are better. The value of a failed one is minus infinity: it counts
  // as the worst of the others.
  void Add(lode::ArchitectureView architecture, double value);

  // The best architectures that did not fail, at most `count`, best first; of equal ones, the one
  // added first comes first.
  std::vector<lode::Architecture> Best(std::size_t count) const;

  // Fits the ensemble to all trials, if any were added since it last was. REQUIRES: a trial that
  // did not fail.
  void Fit(lode::Random random);

  // What the ensemble says of architectures, in units of Scale. REQUIRES: Fit was called.
  std::vector<Prediction> Predict(std::span<const lode::Architecture> architectures);

 private:
  lode::predictors::Features features_;
  Scale scale_;
  Ensemble ensemble_;
  InputTable inputs_;  // a row for each trial
  std::vector<lode::Architecture> architectures_;
  std::vector<double> values_;
  std::size_t fitted_ = 0;  // trials
};

}  // namespace bananas
