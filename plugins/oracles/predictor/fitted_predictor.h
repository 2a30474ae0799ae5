// Ensembles of networks that have learned metrics of architectures.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <string>
#include <vector>

#include "plugins/oracles/predictor/samples.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/predictors/ensemble.h"
#include "toolkit/predictors/features.h"
#include "toolkit/predictors/input_table.h"

namespace predictor {

// How well predictions of a metric match what was measured.
struct Fit {
  double rank_correlation;  // Spearman's; NaN if all values are equal
  double mean_error;        // the mean absolute error, in the metric's unit
};

// Each metric has an ensemble of its own, which learns the metric less its mean, in units of its
// standard deviation.
class FittedPredictor {
 public:
  struct Settings {
    lode::predictors::Features::Settings features;
    lode::predictors::Ensemble::Settings ensemble;
  };

  // Learns from the samples, at least one. Throws lode::CancelledError.
  FittedPredictor(lode::Host host, const lode::Space& space, const Settings& settings,
                  std::vector<std::string> metrics, const std::vector<Sample>& samples);

  // Takes what Tensors() returned in a file `name`. Throws lode::IoError for tensors of another
  // space, other settings, metrics, or number of inputs.
  FittedPredictor(lode::Host host, const lode::Space& space, const Settings& settings,
                  std::vector<std::string> metrics, std::size_t inputs,
                  const lode::files::Tensors& tensors, const std::string& name);

  // "examples", from which the path encoding is learned; "scales", the mean and the deviation of
  // each input and each metric; and "METRIC.NETWORK.LAYER.weight" and ".bias" as the networks have
  // them, padded.
  lode::files::Tensors Tensors();

  // Predicts each metric of architectures, canonical ones, that have the same other inputs: a row
  // of metrics for each. No bit of a row depends on the other rows.
  void Predict(std::span<const lode::Architecture> architectures, std::span<const double> inputs,
               std::span<double> metrics);

  // Compares predictions with what was measured, for each metric.
  std::vector<Fit> Compare(const std::vector<Sample>& samples);

 private:
  struct Scale {
    double mean = 0, deviation = 1;
  };

  FittedPredictor(lode::Host host, const lode::Space& space, const Settings& settings,
                  std::vector<std::string> metrics, std::size_t inputs,
                  std::vector<lode::Architecture> examples);

  void Report(const lode::Host& host, std::size_t metric,
              const lode::predictors::FitProgress& progress) const;
  static Scale ScaleOf(const std::vector<double>& values);
  void LearnScales(const std::vector<Sample>& samples);
  void Encode(lode::ArchitectureView architecture, std::span<const double> inputs,
              std::span<float> out) const;
  // Calls `take` with the name, shape and elements of each tensor of the networks.
  template <class Take>
  void ForEachTensor(const Take& take);

  std::vector<std::string> metrics_;
  std::vector<lode::Architecture> examples_;
  lode::predictors::Features features_;
  std::vector<Scale> input_scales_, metric_scales_;
  std::vector<lode::predictors::Ensemble> ensembles_;  // one for each metric
};

}  // namespace predictor
