// The Once-for-All variant of MobileNetV3 (Howard et al., ICCV 2019; Cai et al., ICLR 2020): the
// supernet, and the networks of single sub-networks. plugins/spaces/ofa/cost.h has its sizes.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/networks/elastic.h"
#include "plugins/spaces/ofa/subnet.h"
#include "toolkit/training/shared_network.h"

namespace ofa {

struct MobileNetConfig {
  std::string width = "1.0";  // or "1.2"
  std::int64_t image_channels = 3;
  std::int64_t classes = kClasses;
  lode::training::Initialization initialization = lode::training::Initialization::kKaiming;
};

// Parameters and buffers are those of the authors' program, with its names, shapes and order:
// first_conv.*, blocks.0.conv.* (which is not elastic), blocks.1.conv.*, ..., final_expand_layer.*,
// feature_mix_layer.conv.weight and classifier.linear.*. The supernet has kLayers layers after
// blocks.0; the network of a sub-network has the active ones.
class MobileNetImpl : public torch::nn::Module {
 public:
  // The supernet. Draws the first weights from `seed`.
  MobileNetImpl(const MobileNetConfig& config, std::uint64_t seed);
  // The network of a sub-network alone, in the plain form.
  MobileNetImpl(const MobileNetConfig& config, const Subnet& only, std::uint64_t seed);

  // Logits (images, classes) of square images (images, image_channels, side, side) of any side, in
  // channels-last for speed. REQUIRES: the network has the sub-network.
  torch::Tensor forward(const torch::Tensor& images, const Subnet& subnet, const Pass& pass);

  const MobileNetConfig& config() const { return config_; }

  // Sorts the channels inside of each layer of a supernet by their importance, the L1 norm of the
  // weights that lead from them to the layer's output (Once-for-All, section 3.3), within groups
  // that end at the widths of these expansions, ascending, the last the largest: sub-networks with
  // these expansions compute the same afterwards. The channels within squeeze-and-excitation are
  // sorted likewise.
  void SortChannels(std::span<const std::uint8_t> expands);

  // Copies a supernet's weights and moments for the sub-network that this is the network of.
  // REQUIRES: the same configuration, except for the initialization.
  void Inherit(const MobileNetImpl& supernet, const Subnet& subnet);

 private:
  // A layer of the network, and which of the supernet's it is.
  struct Place {
    std::size_t index;
    Layer layer;
  };

  MobileNetImpl(const MobileNetConfig& config, const Subnet& largest, Form form,
                std::uint64_t seed);
  void AddLayers(const Subnet& largest, Form form, FirstWeights& weights);
  InvertedResidual ShapeOf(const Subnet& subnet, std::size_t index) const;
  torch::Tensor Run(const torch::Tensor& images, const Subnet& subnet, const Pass& pass);
  // From the last layer's output to logits.
  torch::Tensor Classify(const torch::Tensor& x, const Pass& pass);

  MobileNetConfig config_;
  Network shapes_;  // at some resolution: the layers' channels do not depend on it
  Convolution first_conv_ = nullptr;
  Layer first_block_ = nullptr;
  std::vector<Place> layers_;
  Convolution final_expand_ = nullptr;
  torch::Tensor feature_mix_;
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(MobileNet);

// A network's path of a sub-network, which keeps the network.
lode::training::SupernetPath PathAlong(const MobileNet& network, const Subnet& subnet);

}  // namespace ofa
