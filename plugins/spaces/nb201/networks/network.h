// The benchmark's network around a NAS-Bench-201 cell (Dong and Yang, ICLR 2020, section 2.1), and
// the supernet that contains the networks of all cells.
#pragma once

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "plugins/spaces/nb201/cell.h"
#include "toolkit/training/batch_norm.h"
#include "toolkit/training/conv_norm.h"
#include "toolkit/training/features.h"
#include "toolkit/training/mixture.h"

namespace nb201 {

using lode::training::ConvNorm;
using lode::training::FirstWeights;

inline constexpr std::uint32_t kStages = 3;

struct NetworkConfig {
  std::int64_t image_channels = 3;
  std::int64_t classes = 10;
  std::int64_t channels = 16;  // of the first stage; twice and four times as many in the others
  std::int64_t cells = 5;      // of each stage
  lode::training::Initialization initialization = lode::training::Initialization::kKaiming;
  // Applies to norms in cells; those of stem, residual blocks and head always have both.
  bool affine = true;
  bool tracks_moments = true;  // otherwise every pass uses the batch's moments
};

// Throws lode::UnsupportedError if images of this side cannot be halved twice.
void RequireHalvedTwice(std::int64_t side);

// The cell that each cell module computes, from the first stage on; a single one applies to all.
using CellPath = std::span<const Cell>;

// Which operations an edge has, and the edges of all cells: the operation of the edge is at [edge]
// [operation].
using EdgeOperations = std::array<bool, kOperations>;
using CellOperations = std::array<EdgeOperations, kEdges>;

// Those of a cell, or all of them.
CellOperations OperationsOf(const std::optional<Cell>& only);
// Those whose bytes are not 0, kCells of them; all if there are no bytes.
CellOperations OperationsOf(lode::ArchitectureView bytes);

// The operations of a cell's edge that have parameters: conv1x1.* and conv3x3.*, whichever are
// present.
class EdgeModuleImpl : public torch::nn::Module {
 public:
  EdgeModuleImpl(std::int64_t channels, const EdgeOperations& operations, bool affine,
                 FirstWeights& weights);
  // Null if `operation` has no parameters here.
  ConvNorm Convolution(Operation operation) const;

 private:
  ConvNorm conv1x1_ = nullptr, conv3x3_ = nullptr;
};
TORCH_MODULE(EdgeModule);

class CellModuleImpl : public torch::nn::Module {
 public:
  CellModuleImpl(std::int64_t channels, const CellOperations& operations, bool affine,
                 FirstWeights& weights);
  // `cell` must be one whose convolutions the module has.
  torch::Tensor forward(const torch::Tensor& x, const Cell& cell, const lode::training::Pass& pass);
  // Each edge adds all its operations, times their weights: the search cell of the benchmark's
  // authors. The cells of the mixture are those of the space's matrix.
  torch::Tensor Mix(const torch::Tensor& x, const lode::training::Mixture& mixture,
                    const lode::training::Pass& pass);
  // Trainable numbers of the cell's operations.
  std::int64_t ParametersOf(const Cell& cell) const;

 private:
  lode::training::Term Apply(std::size_t edge, Operation operation,
                             lode::training::Features& from) const;

  std::array<EdgeModule, kEdges> edges_{{nullptr, nullptr, nullptr, nullptr, nullptr, nullptr}};
};
TORCH_MODULE(CellModule);

// Halves the image and doubles the channels: two 3x3 convolutions, in parallel with a 2x2 average
// pool and a 1x1 convolution.
class ResidualBlockImpl : public torch::nn::Module {
 public:
  ResidualBlockImpl(std::int64_t in, FirstWeights& weights);
  torch::Tensor forward(const torch::Tensor& x, const lode::training::Pass& pass);

 private:
  ConvNorm first_ = nullptr, second_ = nullptr;
  torch::Tensor shortcut_;
};
TORCH_MODULE(ResidualBlock);

// The network of one cell, or of all cells: then it is a supernet, in which every edge has the
// parameters of every operation, and a forward pass follows one cell's path.
class NetworkImpl : public torch::nn::Module {
 public:
  // Draws the first weights from `seed`.
  NetworkImpl(const NetworkConfig& config, const CellOperations& operations, std::uint64_t seed);
  NetworkImpl(const NetworkConfig& config, const std::optional<Cell>& only, std::uint64_t seed)
      : NetworkImpl(config, OperationsOf(only), seed) {}

  // Logits (images, classes) of images (images, channels, height, width), in channels-last for
  // speed; height and width are multiples of 4.
  torch::Tensor forward(const torch::Tensor& images, const Cell& cell,
                        const lode::training::Pass& pass);
  // The same along a path. REQUIRES: one cell, or one for each of cell_modules().
  torch::Tensor Follow(const torch::Tensor& images, CellPath path,
                       const lode::training::Pass& pass);
  // The same if every cell is a mixture of its operations.
  torch::Tensor Mix(const torch::Tensor& images, const lode::training::Mixture& mixture,
                    const lode::training::Pass& pass);

  std::size_t cell_modules() const;

  // Trainable numbers on a cell's path, counted on the modules.
  std::int64_t ParametersOf(const Cell& cell) const;

 private:
  torch::Tensor Run(const torch::Tensor& images, CellPath path, const lode::training::Pass& pass);
  // What precedes and follows the cells; `cell` is called with each in order and its input.
  template <class CellForward>
  torch::Tensor RunAround(const torch::Tensor& images, const lode::training::Pass& pass,
                          const CellForward& cell);
  lode::training::Pass CellPass(const lode::training::Pass& pass) const;

  struct Stage {
    ResidualBlock block = nullptr;  // none before the first
    std::vector<CellModule> cells;
  };

  bool tracks_moments_;
  ConvNorm stem_ = nullptr;
  std::vector<Stage> stages_;
  lode::training::BatchNorm head_ = nullptr;
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(Network);

}  // namespace nb201
