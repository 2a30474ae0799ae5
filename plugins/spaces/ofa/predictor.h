// The Once-for-All authors' accuracy predictor, and the oracle "ofa.predictor" that uses it.
//
// A multilayer perceptron, 128-400-400-400-1 with ReLU, that was trained on the measured accuracies
// of 16 000 sub-networks of the MobileNetV3 supernet of width 1.0 (Cai, Gan, Wang, Zhang and Han,
// Once-for-All, ICLR 2020, section 3.4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/subnet.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/kernels/kernels.h"

namespace ofa {

class AccuracyPredictor {
 public:
  static constexpr std::size_t kMlpLayers = 4;
  static constexpr std::array<std::size_t, kMlpLayers + 1> kSizes = {128, 400, 400, 400, 1};

  // Resolutions that the supernet was trained for. The predictor distinguishes them in steps of 16:
  // it treats 128 .. 143 alike.
  static constexpr std::int64_t kMinResolution = 128;
  static constexpr std::int64_t kMaxResolution = 224;

  // Takes "0.weight" [400, 128], "0.bias" [400], and so on for "2", "4" and "6": a weight's rows
  // are the layer's outputs. Throws lode::IoError that begins with `name` if a tensor is missing,
  // has a different shape, is not finite, or is superfluous.
  explicit AccuracyPredictor(const lode::files::Tensors& tensors, const std::string& name,
                             const lode::kernels::KernelSet& kernels = lode::kernels::Best());

  // Predicts the top-1 accuracies of sub-networks in percent, into as many elements. No bit of a
  // prediction depends on the other sub-networks or the machine. Any thread may call it. REQUIRES:
  // resolution in kMinResolution .. kMaxResolution.
  void Predict(std::span<const Subnet> subnets, std::int64_t resolution,
               std::span<double> accuracies) const;

 private:
  struct Layer {
    std::size_t in, out;               // padded for the kernels
    std::vector<float> weights, bias;  // in x out, out
  };
  void Forward(std::size_t batch, const float* x, std::span<std::vector<float>> activations) const;

  const lode::kernels::KernelSet* kernels_;
  std::vector<Layer> layers_;
};

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
  // networks at a width other than 1.0 or at a different resolution, lode::IoError as
  // ReadSafetensors and AccuracyPredictor do.
  void Bind(const lode::Space& space);

  // Throws lode::InvalidError if the bytes of any query are not an architecture,
  // lode::UnsupportedError for a fidelity below 1. Any thread may call it.
  void EvaluateBatch(std::span<const lode::Query> queries, std::span<double> metrics) const;

 private:
  Config config_;
  std::optional<AccuracyPredictor> predictor_;  // set by Bind
};

}  // namespace ofa
