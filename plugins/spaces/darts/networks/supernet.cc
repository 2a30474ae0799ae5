#include "plugins/spaces/darts/networks/supernet.h"

#include <lode/plugin.hpp>
#include <string>
#include <utility>

namespace darts {
namespace {

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

}  // namespace

MixedEdgeImpl::MixedEdgeImpl(std::int64_t channels, std::int64_t stride,
                             const SupernetConfig& config, FirstWeights& weights) {
  const OperationStyle style{config.affine, /*normalizes_pools=*/true};
  for (std::size_t o = 0; o < kOperations; ++o) {
    operations_.push_back(
        register_module(std::string(kOperationNames[o]),
                        EdgeModule(static_cast<Operation>(o), channels, stride, weights, style)));
  }
}

SupernetCellImpl::SupernetCellImpl(const CellPlace& place, const SupernetConfig& config,
                                   FirstWeights& weights)
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
      edges_[node].push_back(
          register_module("node" + std::to_string(node) + "_input" + std::to_string(input),
                          MixedEdge(place.channels / groups_, stride, config, weights)));
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
  if (!bypass_unselected_) {
    return states[node[0].input].bypassing + states[node[1].input].bypassing;
  }
  Tensor sum = states[0].bypassing;
  for (std::size_t input = 1; input < states.size(); ++input) {
    sum = sum + states[input].bypassing;
  }
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

Tensor SupernetCellImpl::forward(Features& before, Features& last, const Cell& cell,
                                 const Pass& pass) {
  std::vector<State> states{Split(before_(before, pass), reduces_),
                            Split(last_(last, pass), reduces_)};
  std::vector<Tensor> nodes;
  for (const Node& node : cell) {
    nodes.push_back(NodeOf(states, node, pass));
    states.push_back(Split(nodes.back(), false));
  }
  return torch::cat(nodes, 1);
}

SupernetImpl::SupernetImpl(const SupernetConfig& config, std::uint64_t seed)
    : tracks_moments_(Checked(config).tracks_moments) {
  FirstWeights weights(seed, config.initialization);
  stem_ =
      register_module("stem0", ConvNorm(config.image_channels, 3 * config.channels, 3, 1, weights));
  const std::vector<CellPlace> places = CellPlaces(config);
  for (const CellPlace& place : places) {
    kinds_.push_back(place.kind());
    cells_.push_back(register_module("cell" + std::to_string(cells_.size()),
                                     SupernetCell(place, config, weights)));
  }
  classifier_ = register_module("classifier",
                                weights.Linear(places.back().output_channels(), config.classes));
}

Tensor SupernetImpl::forward(const Tensor& images, const Genotype& genotype, const Pass& pass) {
  const Pass cell_pass = tracks_moments_ ? pass : pass.WithBatchMoments();
  Features before(stem_(images, pass)), last = before;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    Features next(cells_[c](before, last, genotype[kinds_[c]], cell_pass));
    before = std::exchange(last, std::move(next));
  }
  return classifier_(last.whole().mean({2, 3}));
}

}  // namespace darts
