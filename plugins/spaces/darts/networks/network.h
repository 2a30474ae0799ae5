// The network in which a DARTS genotype is trained from scratch, for small images ("cifar") and for
// large ones ("imagenet"); plugins/spaces/darts/cost.h describes it and counts what it costs.
// Source: Liu et al., DARTS, ICLR 2019, section 3 and appendix A.2, and the code published with it.
#pragma once

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <vector>

#include "plugins/spaces/darts/cost.h"
#include "plugins/spaces/darts/networks/operations.h"
#include "toolkit/training/trainer.h"

namespace darts {

// `auxiliary`: whether the network has the auxiliary head.
struct NetworkConfig : NetworkSettings {
  std::int64_t image_channels = 3;
  lode::training::Initialization initialization = lode::training::Initialization::kPyTorch;
};

// Throws lode::UnsupportedError for a network that LibTorch cannot compute.
void RequireEnoughChannels(const NetworkSettings& settings);

// An input of a cell, brought to the cell's channels: ReLU, 1x1 convolution and batch norm, or a
// factorized reduction. Parameters conv.* or reduction.*.
class InputModuleImpl : public torch::nn::Module {
 public:
  InputModuleImpl(std::int64_t in, std::int64_t out, bool reduces, FirstWeights& weights,
                  bool affine = true);
  torch::Tensor forward(Features& x, const lode::training::Pass& pass);

 private:
  ConvNorm conv_ = nullptr;
  FactorizedReduction reduction_ = nullptr;
};
TORCH_MODULE(InputModule);

// Where a cell is in its network.
struct CellPlace {
  std::int64_t before_channels, last_channels;  // of the two cells before it
  std::int64_t channels;                        // of its operations
  bool reduces;                                 // whether it halves its maps
  bool after_reduction;                         // whether its older input is twice as large

  CellKind kind() const { return reduces ? kReduce : kNormal; }
  std::int64_t output_channels() const { return static_cast<std::int64_t>(kNodes) * channels; }
};

// The places of a network's cells, in order.
std::vector<CellPlace> CellPlaces(const NetworkSettings& settings);

// Parameters input0.* (of the older input), input1.* and node0_edge0.*, ....
class CellModuleImpl : public torch::nn::Module {
 public:
  CellModuleImpl(const Cell& cell, const CellPlace& place, FirstWeights& weights);
  // The concatenation of the intermediate nodes.
  torch::Tensor forward(Features& before, Features& last, const lode::training::Pass& pass);

 private:
  Cell cell_;
  InputModule before_ = nullptr, last_ = nullptr;
  std::vector<EdgeModule> edges_;  // kNodeEdges for each node
};
TORCH_MODULE(CellModule);

// Classifies the output of the second reduction cell, in training.
class AuxiliaryHeadImpl : public torch::nn::Module {
 public:
  AuxiliaryHeadImpl(std::int64_t channels, const NetworkConfig& config, FirstWeights& weights);
  torch::Tensor forward(Features& x, const lode::training::Pass& pass);

 private:
  std::int64_t stride_;  // of its pool
  ConvNorm first_ = nullptr;
  torch::Tensor second_;
  lode::training::BatchNorm norm_ = nullptr;  // none in "imagenet"
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(AuxiliaryHead);

class NetworkImpl : public torch::nn::Module {
 public:
  // Draws the first weights from `seed`. Throws what NetworkCosts throws.
  NetworkImpl(const NetworkConfig& config, const Genotype& genotype, std::uint64_t seed);

  // Images are (images, image_channels, image_size, image_size), in channels-last for speed; logits
  // are (images, classes). Those of the auxiliary head, if there is one, are given if the pass uses
  // the batch's moments.
  lode::training::Prediction forward(const torch::Tensor& images, const lode::training::Pass& pass);

 private:
  void AddStem(const NetworkConfig& config, FirstWeights& weights);
  void AddCells(const NetworkConfig& config, const Genotype& genotype, FirstWeights& weights);
  // The inputs of the first cell.
  std::array<Features, kCellInputs> Begin(const torch::Tensor& images,
                                          const lode::training::Pass& pass);

  std::vector<ConvNorm> stem_;  // one convolution, or three in "imagenet"
  std::vector<CellModule> cells_;
  std::size_t auxiliary_after_ = 0;  // the cell whose output the auxiliary head reads
  AuxiliaryHead auxiliary_ = nullptr;
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(Network);

}  // namespace darts
