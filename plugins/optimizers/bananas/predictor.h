// What a search has learned from its trials: an ensemble of networks on encoded architectures.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/bananas/ensemble.h"
#include "plugins/optimizers/bananas/input_table.h"
#include "plugins/optimizers/bananas/targets.h"
#include "toolkit/encodings/path_encoder.h"

namespace bananas {

class Predictor {
 public:
  struct Settings {
    std::size_t most_paths = 128;  // of the path encoding; 0: without it
    bool decisions = true;  // whether the inputs have the cells of the matrices too, which they
                            // always have where there is no path encoding
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
  void Encode(lode::ArchitectureView architecture, std::span<float> out) const;

  lode::encodings::PathEncoder paths_;
  bool has_decisions_;
  Scale scale_;
  Ensemble ensemble_;
  InputTable inputs_;  // a row for each trial
  std::vector<lode::Architecture> architectures_;
  std::vector<double> values_;
  std::size_t fitted_ = 0;  // trials
};

}  // namespace bananas
