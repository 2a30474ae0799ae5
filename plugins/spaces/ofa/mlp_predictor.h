// The Once-for-All authors' accuracy predictor: a multilayer perceptron, 128-400-400-400-1 with
// ReLU, that was trained on the measured accuracies of 16 000 sub-networks of the MobileNetV3
// supernet of width 1.0 (Cai, Gan, Wang, Zhang and Han, Once-for-All, ICLR 2020, section 3.4).
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/accuracy_predictor.h"
#include "plugins/spaces/ofa/dense_layer.h"
#include "plugins/spaces/ofa/named_shape.h"

namespace ofa {

// It distinguishes resolutions in steps of 16: it treats 128 .. 143 alike.
class MlpPredictor : public AccuracyPredictor {
 public:
  static constexpr std::size_t kMlpLayers = 4;
  static constexpr std::array<std::size_t, kMlpLayers + 1> kSizes = {128, 400, 400, 400, 1};

  // "0.weight" [400, 128], "0.bias" [400], and so on for "2", "4" and "6": a weight's rows are the
  // layer's outputs.
  static std::vector<NamedShape> State();

  // Throws lode::IoError that begins with `name` as RequireTensors does.
  MlpPredictor(const lode::files::Tensors& tensors, const std::string& name,
               const lode::kernels::KernelSet& kernels = lode::kernels::Best());

  std::int64_t min_resolution() const override { return kMinResolution; }
  void Predict(std::span<const Subnet> subnets, std::int64_t resolution,
               std::span<double> accuracies) const override;

 private:
  void Forward(std::size_t batch, const float* x, std::span<std::vector<float>> activations) const;

  const lode::kernels::KernelSet* kernels_;
  std::vector<DenseLayer> layers_;
};

}  // namespace ofa
