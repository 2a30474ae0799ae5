// The oracle "ofa.predictor": accuracies that a network predicts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/accuracy_predictor.h"

namespace ofa {

class PredictorOracle {
 public:
  struct Config {
    std::string weights = "ofa_acc_predictor.safetensors";
    std::int64_t resolution = 224;
  };
  static lode::Params<Config> Parameters();

  PredictorOracle(lode::Host, const Config& config) : config_(config) {}

  std::vector<lode::Metric> Metrics() const;  // predicted_accuracy, in percent

  // Reads the weights. Throws lode::UnsupportedError if the space is not ofa or measures its
  // networks at a width other than 1.0 or at a different resolution, or if the predictor was not
  // trained at that resolution; lode::IoError as ReadSafetensors and MakePredictor do.
  void Bind(const lode::Space& space);

  // Throws lode::InvalidError if the bytes of any query are not an architecture,
  // lode::UnsupportedError for a fidelity below 1. Any thread may call it.
  void EvaluateBatch(std::span<const lode::Query> queries, std::span<double> metrics) const;

 private:
  Config config_;
  std::unique_ptr<const AccuracyPredictor> predictor_;  // set by Bind
};

}  // namespace ofa
