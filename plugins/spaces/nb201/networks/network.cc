#include "plugins/spaces/nb201/networks/network.h"

#include <string>

#include "plugins/spaces/nb201/networks/cell_function.h"
#include "toolkit/training/image_parts.h"
#include "toolkit/training/normalized_sum.h"

namespace nb201 {
namespace {

using lode::training::Features;
using lode::training::MixedSum;
using lode::training::Mixture;
using lode::training::Pass;
using torch::Tensor;

std::int64_t CountParameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const Tensor& parameter : module.parameters()) { count += parameter.numel(); }
  return count;
}

}  // namespace

void RequireHalvedTwice(std::int64_t side) {
  if (side % 4 != 0) {
    throw lode::UnsupportedError("images of " + std::to_string(side) +
                                 " pixels cannot be halved twice");
  }
}

CellOperations OperationsOf(const std::optional<Cell>& only) {
  CellOperations operations{};
  for (std::size_t e = 0; e < kEdges; ++e) {
    for (std::size_t o = 0; o < kOperations; ++o) {
      operations[e][o] = !only || (*only)[e] == static_cast<Operation>(o);
    }
  }
  return operations;
}

CellOperations OperationsOf(lode::ArchitectureView bytes) {
  if (bytes.empty()) { return OperationsOf(std::nullopt); }
  CellOperations operations{};
  for (std::size_t c = 0; c < kCells; ++c) {
    operations[c / kOperations][c % kOperations] = bytes[c] != 0;
  }
  return operations;
}

EdgeModuleImpl::EdgeModuleImpl(std::int64_t channels, const EdgeOperations& operations, bool affine,
                               FirstWeights& weights) {
  if (operations[kConv1x1]) {
    conv1x1_ = register_module("conv1x1", ConvNorm(channels, channels, 1, 1, weights, affine));
  }
  if (operations[kConv3x3]) {
    conv3x3_ = register_module("conv3x3", ConvNorm(channels, channels, 3, 1, weights, affine));
  }
}

ConvNorm EdgeModuleImpl::Convolution(Operation operation) const {
  if (operation == kConv1x1) { return conv1x1_; }
  return operation == kConv3x3 ? conv3x3_ : ConvNorm(nullptr);
}

CellModuleImpl::CellModuleImpl(std::int64_t channels, const CellOperations& operations, bool affine,
                               FirstWeights& weights) {
  for (std::size_t e = 0; e < kEdges; ++e) {
    edges_[e] = register_module("edge" + std::to_string(e),
                                EdgeModule(channels, operations[e], affine, weights));
  }
}

Tensor CellModuleImpl::forward(const Tensor& x, const Cell& cell, const Pass& pass) {
  CellConvolutions convolutions = {{nullptr, nullptr, nullptr, nullptr, nullptr, nullptr}};
  for (std::size_t e = 0; e < kEdges; ++e) { convolutions[e] = edges_[e]->Convolution(cell[e]); }
  return lode::training::CanFuse(x, pass) && !pass.drops() ? FusedCell(x, cell, convolutions, pass)
                                                           : PlainCell(x, cell, convolutions, pass);
}

lode::training::Term CellModuleImpl::Apply(std::size_t edge, Operation operation,
                                           Features& from) const {
  if (operation == kNone) { return {}; }
  if (operation == kSkipConnect) { return {from.whole()}; }
  if (operation == kAvgPool3x3) {
    return {torch::avg_pool2d(from.whole(), 3, 1, 1, false, /*count_include_pad=*/false)};
  }
  const ConvNorm convolution = edges_[edge]->Convolution(operation);
  return {convolution->Convolve(from.positive()), convolution->norm};
}

Tensor CellModuleImpl::Mix(const Tensor& x, const Mixture& mixture, const Pass& pass) {
  std::array<Features, kNodes> nodes{Features(x)};
  for (std::size_t node = 1; node < kNodes; ++node) {
    MixedSum sum(mixture, pass);
    for (std::size_t c = 0; c < kCells; ++c) {
      const std::size_t edge = c / kOperations;
      if (kEdgeOrder[edge].to != node) { continue; }
      const auto operation = static_cast<Operation>(c % kOperations);
      sum.Add(c, operation == kSkipConnect,
              [&](const Pass&) { return Apply(edge, operation, nodes[kEdgeOrder[edge].from]); });
    }
    nodes[node] = Features(sum.Value(x.sizes()));
  }
  return nodes[kNodes - 1].whole();
}

ResidualBlockImpl::ResidualBlockImpl(std::int64_t in, FirstWeights& weights)
    : first_(register_module("first", ConvNorm(in, 2 * in, 3, 2, weights))),
      second_(register_module("second", ConvNorm(2 * in, 2 * in, 3, 1, weights))),
      shortcut_(register_parameter("shortcut", weights.Convolution(in, 2 * in, 1))) {}

Tensor ResidualBlockImpl::forward(const Tensor& x, const Pass& pass) {
  const Tensor middle =
      lode::training::NormalizedRelu(first_->norm, first_->Convolve(torch::relu(x)), pass);
  const Tensor beside = torch::conv2d(torch::avg_pool2d(x, 2), shortcut_);
  return lode::training::NormalizedSum(second_->norm, second_->Convolve(middle), beside, pass);
}

NetworkImpl::NetworkImpl(const NetworkConfig& config, const CellOperations& operations,
                         std::uint64_t seed)
    : tracks_moments_(config.tracks_moments) {
  FirstWeights weights(seed, config.initialization);
  std::int64_t channels = config.channels;
  stem_ = register_module("stem", ConvNorm(config.image_channels, channels, 3, 1, weights));
  for (std::uint32_t s = 0; s < kStages; ++s) {
    const std::string name = "stage" + std::to_string(s);
    Stage& stage = stages_.emplace_back();
    if (s > 0) {
      stage.block = register_module(name + "_block", ResidualBlock(channels, weights));
      channels *= 2;
    }
    for (std::int64_t c = 0; c < config.cells; ++c) {
      stage.cells.push_back(
          register_module(name + "_cell" + std::to_string(c),
                          CellModule(channels, operations, config.affine, weights)));
    }
  }
  head_ = register_module("head", lode::training::BatchNorm(channels));
  classifier_ = register_module("classifier", weights.Linear(channels, config.classes));
}

std::size_t NetworkImpl::cell_modules() const {
  return stages_.size() * stages_.front().cells.size();
}

Tensor NetworkImpl::forward(const Tensor& images, const Cell& cell, const Pass& pass) {
  return Follow(images, {&cell, 1}, pass);
}

Tensor NetworkImpl::Follow(const Tensor& images, CellPath path, const Pass& pass) {
  return lode::training::InParts(images, CellPass(pass),
                                 [&](const Tensor& part) { return Run(part, path, pass); });
}

Pass NetworkImpl::CellPass(const Pass& pass) const {
  return tracks_moments_ ? pass : pass.WithBatchMoments();
}

template <class CellForward>
Tensor NetworkImpl::RunAround(const Tensor& images, const Pass& pass, const CellForward& cell) {
  Tensor x = stem_(images, pass);
  for (Stage& stage : stages_) {
    if (!stage.block.is_empty()) { x = stage.block(x, pass); }
    for (CellModule& module : stage.cells) { x = cell(module, x); }
  }
  return classifier_(lode::training::NormalizedRelu(head_, x, pass).mean({2, 3}));
}

Tensor NetworkImpl::Run(const Tensor& images, CellPath path, const Pass& pass) {
  std::size_t next = 0;
  return RunAround(images, pass, [&](CellModule& module, const Tensor& x) {
    const Cell& cell = path.size() == 1 ? path[0] : path[next++];
    return module(x, cell, CellPass(pass));
  });
}

Tensor NetworkImpl::Mix(const Tensor& images, const Mixture& mixture, const Pass& pass) {
  return RunAround(images, pass, [&](CellModule& module, const Tensor& x) {
    return module->Mix(x, mixture, CellPass(pass));
  });
}

std::int64_t NetworkImpl::ParametersOf(const Cell& cell) const {
  std::int64_t count =
      CountParameters(*stem_) + CountParameters(*head_) + CountParameters(*classifier_);
  for (const Stage& stage : stages_) {
    if (!stage.block.is_empty()) { count += CountParameters(*stage.block); }
    for (const CellModule& module : stage.cells) { count += module->ParametersOf(cell); }
  }
  return count;
}

std::int64_t CellModuleImpl::ParametersOf(const Cell& cell) const {
  std::int64_t count = 0;
  for (std::size_t e = 0; e < kEdges; ++e) {
    const ConvNorm convolution = edges_[e]->Convolution(cell[e]);
    if (!convolution.is_empty()) { count += CountParameters(*convolution); }
  }
  return count;
}

}  // namespace nb201
