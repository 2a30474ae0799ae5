// A graph network that predicts the accuracies of sub-networks of the supernet of width 1.0 at
// resolutions from 192 to 224 (Mills et al., Building Optimal Neural Architectures using
// Interpretable Knowledge, CVPR 2024; AutoBuild's predictor of ofa_mbv3).
//
// Nodes are the active layers, in a chain; each passes its features to the next. A node's features
// are six numbers, each the magnitude of a number that was learned for the node's unit, its place
// in the unit, its kind, its expansion and its kernel, and of a linear function of the resolution.
// A graph convolution (Morris et al., AAAI 2019) is a linear function of a node's features and of
// those of the node before it; four of them, each with batch norm, ReLU and, from the second on, a
// shortcut, precede the sum over nodes, and two pairs of linear layers, each with a ReLU, the
// output.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/spaces/ofa/accuracy_predictor.h"
#include "plugins/spaces/ofa/dense_layer.h"
#include "plugins/spaces/ofa/named_shape.h"

namespace ofa {

class GraphPredictor : public AccuracyPredictor {
 public:
  static constexpr std::int64_t kGraphMinResolution = 192;
  static constexpr std::size_t kConvolutions = 4;
  static constexpr std::size_t kHidden = 128;
  static constexpr std::size_t kFeatures = 6;
  // Only this layout has it.
  static constexpr std::string_view kOwnTensor = "regressor.weight";

  // The names of the authors' program, "embed_layer.stage_embed.weight" [6, 3] to "regressor.bias"
  // [1], with the tensors that a prediction does not use.
  static std::vector<NamedShape> State();

  // Throws lode::IoError that begins with `name` as RequireTensors does, and if a variance is
  // negative.
  GraphPredictor(const lode::files::Tensors& tensors, const std::string& name,
                 const lode::kernels::KernelSet& kernels = lode::kernels::Best());

  std::int64_t min_resolution() const override { return kGraphMinResolution; }
  void Predict(std::span<const Subnet> subnets, std::int64_t resolution,
               std::span<double> accuracies) const override;

 private:
  using Features = std::array<float, kFeatures>;

  void SetResolution(const lode::files::Tensors& tensors);
  float ResolutionFeature(std::int64_t resolution) const;
  Features FeaturesOf(const Subnet& subnet, std::size_t layer, float resolution) const;
  // A row of padded features for each active layer.
  std::vector<float> NodesOf(std::span<const Subnet> subnets, float resolution) const;
  void PredictChunk(std::span<const Subnet> subnets, float resolution,
                    std::span<double> accuracies) const;

  const lode::kernels::KernelSet* kernels_;
  std::vector<float> units_, places_, kinds_, expands_, kernel_sizes_;
  double resolution_slope_, resolution_offset_;
  std::vector<DenseLayer> convolutions_;  // input: the node before, then the node
  std::vector<DenseLayer> projections_;
  DenseLayer regressor_;
  double mean_, deviation_;  // of the accuracies it was trained on
};

}  // namespace ofa
