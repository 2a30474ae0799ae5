#include "plugins/spaces/darts/networks/supernet.h"

#include <lode/plugin.hpp>
#include <string>
#include <utility>

namespace darts {
namespace {

using lode::training::MixedSum;
using lode::training::Mixture;
using lode::training::Pass;
using torch::Tensor;

// Throws unless the configuration makes a network.
const SupernetConfig& Checked(const SupernetConfig& config) {
  const NetworkCosts checks(config);
  if (config.channels % config.channel_groups != 0) {
    throw lode::InvalidError("channels is " + std::to_string(config.channels) +
                             ", expected a multiple of channel_groups, " +
                             std::to_string(config.channel_groups));
  }
  return config;
}

// Takes the channels in the order 0, n, 2n, ..., 1, n + 1, ..., n = channels / groups, so that each
// of the next cell's first 1 / groups channels comes from another group.
Tensor Shuffle(const Tensor& x, std::int64_t groups) {
  const Tensor pixels = x.permute({0, 2, 3, 1});  // the channels are dense: one copy is enough
  std::vector<std::int64_t> shape = pixels.sizes().vec();
  const std::int64_t channels = std::exchange(shape.back(), groups);
  shape.push_back(channels / groups);
  return pixels.reshape(shape).transpose(3, 4).reshape(pixels.sizes()).permute({0, 3, 1, 2});
}

// Some of the bytes, if there are any.
lode::ArchitectureView PartOf(lode::ArchitectureView bytes, std::size_t first, std::size_t count) {
  return bytes.empty() ? bytes : bytes.subspan(first, count);
}

Tensor AddedTo(const Tensor& sum, const Tensor& x) { return sum.defined() ? sum + x : x; }

}  // namespace

MixedEdgeImpl::MixedEdgeImpl(std::int64_t channels, std::int64_t stride,
                             const SupernetConfig& config, FirstWeights& weights,
                             lode::ArchitectureView operations)
    : operations_(kOperations, nullptr) {
  const OperationStyle style{config.affine, /*normalizes_pools=*/true};
  for (std::size_t o = 0; o < kOperations; ++o) {
    if (!operations.empty() && operations[o] == 0) { continue; }
    operations_[o] =
        register_module(std::string(kOperationNames[o]),
                        EdgeModule(static_cast<Operation>(o), channels, stride, weights, style));
  }
}

SupernetCellImpl::SupernetCellImpl(const CellPlace& place, const SupernetConfig& config,
                                   FirstWeights& weights, lode::ArchitectureView operations)
    : groups_(config.channel_groups),
      reduces_(place.reduces),
      bypass_unselected_(config.bypass_unselected),
      before_(
          register_module("input0", InputModule(place.before_channels, place.channels,
                                                place.after_reduction, weights, config.affine))),
      last_(register_module("input1", InputModule(place.last_channels, place.channels, false,
                                                  weights, config.affine))) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    for (std::size_t input = 0; input < InputsOf(node); ++input) {
      const std::int64_t stride = reduces_ && input < kCellInputs ? 2 : 1;
      edges_[node].push_back(register_module(
          "node" + std::to_string(node) + "_input" + std::to_string(input),
          MixedEdge(place.channels / groups_, stride, config, weights,
                    PartOf(operations, (FirstRowOf(node) + input) * kOperations, kOperations))));
    }
  }
}

SupernetCellImpl::State SupernetCellImpl::Split(const Tensor& x, bool strided) const {
  if (groups_ == 1) { return {Features(x), {}}; }
  const std::int64_t operated = x.size(1) / groups_;
  const Tensor rest = x.narrow(1, operated, x.size(1) - operated);
  return {Features(x.narrow(1, 0, operated).contiguous(at::MemoryFormat::ChannelsLast)),
          strided ? torch::max_pool2d(rest, 2, 2) : rest};
}

Tensor SupernetCellImpl::BypassOf(const std::vector<State>& states, const Node& node) const {
  return bypass_unselected_ ? BypassOfAll(states)
                            : states[node[0].input].bypassing + states[node[1].input].bypassing;
}

Tensor SupernetCellImpl::BypassOfAll(const std::vector<State>& states) const {
  Tensor sum;
  for (const State& state : states) { sum = AddedTo(sum, state.bypassing); }
  return sum;
}

Tensor SupernetCellImpl::Join(const Tensor& operated, const Tensor& bypassing) const {
  return Shuffle(torch::cat({operated, bypassing}, 1), groups_);
}

Tensor SupernetCellImpl::NodeOf(std::vector<State>& states, const Node& node, const Pass& pass) {
  std::vector<MixedEdge>& edges = edges_[states.size() - kCellInputs];
  Tensor sum;
  for (const auto& [input, operation] : node) {
    sum = (*edges[input])[operation](states[input].operated, sum, pass);
  }
  return groups_ == 1 ? sum : Join(sum, BypassOf(states, node));
}

// The shape of what operations add to a node, from the cell's first input.
std::vector<std::int64_t> SupernetCellImpl::NodeShape(const State& input) const {
  std::vector<std::int64_t> shape = input.operated.whole().sizes().vec();
  for (const std::size_t side : {2, 3}) { shape[side] /= reduces_ ? 2 : 1; }
  return shape;
}

std::size_t SupernetCellImpl::FirstCellOf(const std::vector<State>& states,
                                          std::size_t input) const {
  const std::size_t row = FirstRowOf(states.size() - kCellInputs) + input;
  return (reduces_ ? kReduce : kNormal) * kMatrixCells + row * kOperations;
}

Tensor SupernetCellImpl::MixedNodeOf(std::vector<State>& states, const Mixture& mixture,
                                     const Pass& pass) {
  std::vector<MixedEdge>& edges = edges_[states.size() - kCellInputs];
  MixedSum sum(mixture, pass);
  for (std::size_t input = 0; input < states.size(); ++input) {
    for (std::size_t o = 0; o < kOperations; ++o) {
      EdgeModule& operation = (*edges[input])[static_cast<Operation>(o)];
      const bool is_skip = !operation.is_empty() && operation->is_identity();
      sum.Add(FirstCellOf(states, input) + o, is_skip, [&](const Pass& own_pass) {
        return operation->Apply(states[input].operated, own_pass);
      });
    }
  }
  const Tensor operated = sum.Value(NodeShape(states[0]));
  return groups_ == 1 ? operated : Join(operated, MixedBypassOf(states, mixture));
}

Tensor SupernetCellImpl::MixedBypassOf(const std::vector<State>& states,
                                       const Mixture& mixture) const {
  if (bypass_unselected_) { return BypassOfAll(states); }
  Tensor sum;
  for (std::size_t input = 0; input < states.size(); ++input) {
    const Tensor weight = mixture.SumOf(FirstCellOf(states, input), kOperations);
    if (weight.defined()) { sum = AddedTo(sum, weight * states[input].bypassing); }
  }
  return sum.defined() ? sum : torch::zeros_like(states[0].bypassing);
}

std::vector<SupernetCellImpl::State> SupernetCellImpl::Begin(Features& before, Features& last,
                                                             const Pass& pass) {
  return {Split(before_(before, pass), reduces_), Split(last_(last, pass), reduces_)};
}

Tensor SupernetCellImpl::forward(Features& before, Features& last, const Cell& cell,
                                 const Pass& pass) {
  std::vector<State> states = Begin(before, last, pass);
  std::vector<Tensor> nodes;
  for (const Node& node : cell) {
    nodes.push_back(NodeOf(states, node, pass));
    states.push_back(Split(nodes.back(), false));
  }
  return torch::cat(nodes, 1);
}

Tensor SupernetCellImpl::Mix(Features& before, Features& last, const Mixture& mixture,
                             const Pass& pass) {
  std::vector<State> states = Begin(before, last, pass);
  std::vector<Tensor> nodes;
  while (nodes.size() < kNodes) {
    nodes.push_back(MixedNodeOf(states, mixture, pass));
    states.push_back(Split(nodes.back(), false));
  }
  return torch::cat(nodes, 1);
}

SupernetImpl::SupernetImpl(const SupernetConfig& config, std::uint64_t seed,
                           lode::ArchitectureView operations)
    : tracks_moments_(Checked(config).tracks_moments) {
  FirstWeights weights(seed, config.initialization);
  stem_ =
      register_module("stem0", ConvNorm(config.image_channels, 3 * config.channels, 3, 1, weights));
  const std::vector<CellPlace> places = CellPlaces(config);
  for (const CellPlace& place : places) {
    kinds_.push_back(place.kind());
    cells_.push_back(register_module(
        "cell" + std::to_string(cells_.size()),
        SupernetCell(place, config, weights,
                     PartOf(operations, place.kind() * kMatrixCells, kMatrixCells))));
  }
  classifier_ = register_module("classifier",
                                weights.Linear(places.back().output_channels(), config.classes));
}

Pass SupernetImpl::CellPass(const Pass& pass) const {
  return tracks_moments_ ? pass : pass.WithBatchMoments();
}

template <class CellForward>
Tensor SupernetImpl::RunAround(const Tensor& images, const Pass& pass, const CellForward& cell) {
  Features before(stem_(images, pass)), last = before;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    Features next(cell(cells_[c], kinds_[c], before, last));
    before = std::exchange(last, std::move(next));
  }
  return classifier_(last.whole().mean({2, 3}));
}

Tensor SupernetImpl::forward(const Tensor& images, const Genotype& genotype, const Pass& pass) {
  return RunAround(images, pass,
                   [&](SupernetCell& cell, CellKind kind, Features& before, Features& last) {
                     return cell(before, last, genotype[kind], CellPass(pass));
                   });
}

Tensor SupernetImpl::Mix(const Tensor& images, const Mixture& mixture, const Pass& pass) {
  return RunAround(images, pass,
                   [&](SupernetCell& cell, CellKind, Features& before, Features& last) {
                     return cell->Mix(before, last, mixture, CellPass(pass));
                   });
}

}  // namespace darts
