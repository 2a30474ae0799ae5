#include "plugins/spaces/darts/networks/network.h"

#include <string>
#include <utility>

#include "toolkit/training/normalized_sum.h"

namespace darts {
namespace {

using lode::training::NormalizedRelu;
using lode::training::Pass;
using lode::training::Prediction;
using torch::Tensor;

bool IsImageNet(const NetworkSettings& settings) { return settings.network == "imagenet"; }

}  // namespace

// oneDNN 2.6.3, in Debian's LibTorch, has corrupted memory with a first convolution of 2 channels.
void RequireEnoughChannels(const NetworkSettings& settings) {
  constexpr std::int64_t kLeast = 16;
  if (IsImageNet(settings) && settings.channels < kLeast) {
    throw lode::UnsupportedError("channels is " + std::to_string(settings.channels) +
                                 ", and the network imagenet needs at least " +
                                 std::to_string(kLeast));
  }
}

std::vector<CellPlace> CellPlaces(const NetworkSettings& settings) {
  const bool imagenet = IsImageNet(settings);
  const std::int64_t from_stem = imagenet ? settings.channels : 3 * settings.channels;
  CellPlace place{from_stem, from_stem, settings.channels, false, imagenet};
  std::vector<CellPlace> places;
  for (std::int64_t c = 0; c < settings.cells; ++c) {
    place.reduces = c == settings.cells / 3 || c == 2 * settings.cells / 3;
    if (place.reduces) { place.channels *= 2; }
    places.push_back(place);
    place.before_channels = std::exchange(place.last_channels, place.output_channels());
    place.after_reduction = place.reduces;
  }
  return places;
}

InputModuleImpl::InputModuleImpl(std::int64_t in, std::int64_t out, bool reduces,
                                 FirstWeights& weights, bool affine) {
  if (reduces) {
    reduction_ = register_module("reduction", FactorizedReduction(in, out, weights, affine));
  } else {
    conv_ = register_module("conv", ConvNorm(in, out, 1, 1, weights, affine));
  }
}

Tensor InputModuleImpl::forward(Features& x, const Pass& pass) {
  return conv_.is_empty() ? reduction_(x.positive(), pass) : conv_(x.positive(), pass);
}

CellModuleImpl::CellModuleImpl(const Cell& cell, const CellPlace& place, FirstWeights& weights)
    : cell_(cell),
      before_(register_module("input0", InputModule(place.before_channels, place.channels,
                                                    place.after_reduction, weights))),
      last_(register_module("input1",
                            InputModule(place.last_channels, place.channels, false, weights))) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    for (std::size_t e = 0; e < kNodeEdges; ++e) {
      const auto& [input, operation] = cell[node][e];
      const std::int64_t stride = place.reduces && input < kCellInputs ? 2 : 1;
      edges_.push_back(register_module("node" + std::to_string(node) + "_edge" + std::to_string(e),
                                       EdgeModule(operation, place.channels, stride, weights)));
    }
  }
}

Tensor CellModuleImpl::forward(Features& before, Features& last, const Pass& pass) {
  std::array<Features, kCellInputs + kNodes> states{Features(before_(before, pass)),
                                                    Features(last_(last, pass))};
  std::vector<Tensor> nodes;
  for (std::size_t node = 0; node < kNodes; ++node) {
    Tensor sum;
    for (std::size_t e = 0; e < kNodeEdges; ++e) {
      sum = edges_[node * kNodeEdges + e](states[cell_[node][e].input], sum, pass);
    }
    nodes.push_back(sum);
    states[kCellInputs + node] = Features(sum);
  }
  return torch::cat(nodes, 1);
}

AuxiliaryHeadImpl::AuxiliaryHeadImpl(std::int64_t channels, const NetworkConfig& config,
                                     FirstWeights& weights)
    : stride_(IsImageNet(config) ? 2 : 3),
      first_(register_module("first", ConvNorm(channels, 128, 1, 1, weights))),
      second_(register_parameter("second", weights.Convolution(128, 768, 2))) {
  if (!IsImageNet(config)) { norm_ = register_module("norm", lode::training::BatchNorm(768)); }
  classifier_ = register_module("classifier", weights.Linear(768, config.classes));
}

Tensor AuxiliaryHeadImpl::forward(Features& x, const Pass& pass) {
  const Tensor pooled = torch::avg_pool2d(x.positive(), 5, stride_);
  const Tensor first = NormalizedRelu(first_->norm, first_->Convolve(pooled), pass);
  const Tensor second = torch::conv2d(first, second_);
  const Tensor positive =
      norm_.is_empty() ? torch::relu(second) : NormalizedRelu(norm_, second, pass);
  return classifier_(positive.flatten(1));
}

NetworkImpl::NetworkImpl(const NetworkConfig& config, const Genotype& genotype,
                         std::uint64_t seed) {
  const NetworkCosts checks(config);  // that the settings make a network
  FirstWeights weights(seed, config.initialization);
  AddStem(config, weights);
  AddCells(config, genotype, weights);
}

void NetworkImpl::AddStem(const NetworkConfig& config, FirstWeights& weights) {
  const auto add = [&](std::int64_t in, std::int64_t out, std::int64_t stride) {
    stem_.push_back(register_module("stem" + std::to_string(stem_.size()),
                                    ConvNorm(in, out, 3, stride, weights)));
  };
  const std::int64_t channels = config.channels;
  if (IsImageNet(config)) {
    add(config.image_channels, channels / 2, 2);
    add(channels / 2, channels, 2);
    add(channels, channels, 2);
  } else {
    add(config.image_channels, 3 * channels, 1);
  }
}

void NetworkImpl::AddCells(const NetworkConfig& config, const Genotype& genotype,
                           FirstWeights& weights) {
  auxiliary_after_ = static_cast<std::size_t>(2 * config.cells / 3);
  const std::vector<CellPlace> places = CellPlaces(config);
  for (std::size_t c = 0; c < places.size(); ++c) {
    const CellPlace& place = places[c];
    cells_.push_back(register_module("cell" + std::to_string(c),
                                     CellModule(genotype[place.kind()], place, weights)));
    if (c == auxiliary_after_ && config.auxiliary) {
      auxiliary_ =
          register_module("auxiliary", AuxiliaryHead(place.output_channels(), config, weights));
    }
  }
  classifier_ = register_module("classifier",
                                weights.Linear(places.back().output_channels(), config.classes));
}

std::array<Features, kCellInputs> NetworkImpl::Begin(const Tensor& images, const Pass& pass) {
  if (stem_.size() == 1) {
    const Features stem(stem_[0](images, pass));
    return {stem, stem};
  }
  Features before(stem_[1](NormalizedRelu(stem_[0]->norm, stem_[0]->Convolve(images), pass), pass));
  const Features last(stem_[2](before.positive(), pass));
  return {before, last};
}

Prediction NetworkImpl::forward(const Tensor& images, const Pass& pass) {
  auto [before, last] = Begin(images, pass);
  Prediction prediction;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    Features next(cells_[c](before, last, pass));
    before = std::exchange(last, std::move(next));
    if (c == auxiliary_after_ && !auxiliary_.is_empty() && pass.batch_moments) {
      prediction.auxiliary = auxiliary_(last, pass);
    }
  }
  prediction.logits = classifier_(last.whole().mean({2, 3}));
  return prediction;
}

}  // namespace darts
