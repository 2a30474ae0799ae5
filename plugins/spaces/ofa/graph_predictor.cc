#include "plugins/spaces/ofa/graph_predictor.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <lode/plugin.hpp>

namespace ofa {
namespace {

using lode::files::Tensor;
using lode::files::Tensors;
using lode::kernels::Padded;

// Sub-networks whose nodes pass a layer together.
constexpr std::size_t kSubnetsTogether = 8;
constexpr double kNormEpsilon = 1e-5;     // of the published batch norms
constexpr std::size_t kKindOfLayers = 1;  // inverted residuals of MobileNetV3, not V2
constexpr std::int64_t kResolutionOfZero = 192, kResolutionOfOne = 224;
constexpr const char* kProjections[] = {"post_proj.0", "post_proj.1", "post_proj.3", "post_proj.4"};

std::string ConvolutionName(std::size_t c) {
  return "encoder.gnn_layers." + std::to_string(c) + ".";
}
std::string NormName(std::size_t c) { return "encoder.bns." + std::to_string(c) + ".module."; }

constexpr std::size_t InputsOf(std::size_t convolution) {
  return convolution == 0 ? GraphPredictor::kFeatures : GraphPredictor::kHidden;
}

// The magnitude that each entry of an embedding becomes: a linear function of its row.
std::vector<float> Magnitudes(const Tensors& tensors, const std::string& part) {
  const Tensor& rows = tensors.at("embed_layer." + part + "_embed.weight");
  const Tensor& weight = tensors.at("embed_layer." + part + "_mlp.weight");
  const auto bias = static_cast<double>(tensors.at("embed_layer." + part + "_mlp.bias").values[0]);
  std::vector<float> magnitudes;
  const std::size_t columns = rows.shape[1];
  for (std::size_t row = 0; row < rows.shape[0]; ++row) {
    double sum = bias;
    for (std::size_t c = 0; c < columns; ++c) {
      sum += static_cast<double>(rows.values[row * columns + c]) *
             static_cast<double>(weight.values[c]);
    }
    magnitudes.push_back(static_cast<float>(std::abs(sum)));
  }
  return magnitudes;
}

// A batch norm of a layer's outputs: y = scale x + offset for each channel.
struct Norm {
  std::vector<double> scale, offset;
};

Norm NormOf(const Tensors& tensors, std::size_t convolution, const std::string& name) {
  const std::string prefix = NormName(convolution);
  const auto value = [&](const char* part, std::size_t channel) {
    return static_cast<double>(tensors.at(prefix + part).values[channel]);
  };
  Norm norm;
  for (std::size_t channel = 0; channel < GraphPredictor::kHidden; ++channel) {
    const double variance = value("running_var", channel);
    if (variance < 0) {
      throw lode::IoError(std::string(name)
                              .append(": tensor \"")
                              .append(prefix)
                              .append("running_var\" has a negative variance"));
    }
    norm.scale.push_back(value("weight", channel) / std::sqrt(variance + kNormEpsilon));
    norm.offset.push_back(value("bias", channel) -
                          value("running_mean", channel) * norm.scale.back());
  }
  return norm;
}

// A graph convolution with its norm, as one linear layer of both nodes' features.
DenseLayer ConvolutionOf(const Tensors& tensors, std::size_t convolution, const std::string& name) {
  const std::string prefix = ConvolutionName(convolution);
  const std::size_t in = InputsOf(convolution), padded = Padded(in);
  const Tensor& before = tensors.at(prefix + "lin_rel.weight");
  const Tensor& own = tensors.at(prefix + "lin_root.weight");
  const Tensor& bias = tensors.at(prefix + "lin_rel.bias");
  const Norm norm = NormOf(tensors, convolution, name);
  DenseLayer layer(2 * padded, GraphPredictor::kHidden);
  for (std::size_t o = 0; o < GraphPredictor::kHidden; ++o) {
    const auto scaled = [&](float v) { return static_cast<double>(v) * norm.scale[o]; };
    layer.bias[o] = static_cast<float>(scaled(bias.values[o]) + norm.offset[o]);
    for (std::size_t i = 0; i < in; ++i) {
      layer.weights[i * layer.out + o] = static_cast<float>(scaled(before.values[o * in + i]));
      layer.weights[(padded + i) * layer.out + o] =
          static_cast<float>(scaled(own.values[o * in + i]));
    }
  }
  return layer;
}

// Returns where each sub-network's nodes begin, and after the last their number.
std::vector<std::size_t> FirstNodes(std::span<const Subnet> subnets) {
  std::vector<std::size_t> first = {0};
  for (const Subnet& subnet : subnets) {
    std::size_t nodes = first.back();
    for (const std::uint8_t depth : subnet.depth) { nodes += depth; }
    first.push_back(nodes);
  }
  return first;
}

// Returns each node's row of x, of `width`, after that of the node before it in its sub-network.
std::vector<float> WithNodesBefore(const std::vector<float>& x, std::size_t width,
                                   const std::vector<std::size_t>& first) {
  std::vector<float> pairs(2 * x.size());
  for (std::size_t s = 0; s + 1 < first.size(); ++s) {
    for (std::size_t node = first[s]; node < first[s + 1]; ++node) {
      const float* row = x.data() + node * width;
      float* pair = pairs.data() + 2 * node * width;
      if (node > first[s]) { std::copy_n(row - width, width, pair); }
      std::copy_n(row, width, pair + width);
    }
  }
  return pairs;
}

void AddTo(std::vector<float>& sum, const std::vector<float>& other) {
  std::ranges::transform(sum, other, sum.begin(), std::plus<>());
}

// Returns a row for each sub-network: the sum of its nodes' rows, in order.
std::vector<float> SumsOverNodes(const std::vector<float>& x,
                                 const std::vector<std::size_t>& first) {
  std::vector<float> sums((first.size() - 1) * GraphPredictor::kHidden);
  for (std::size_t s = 0; s + 1 < first.size(); ++s) {
    for (std::size_t node = first[s]; node < first[s + 1]; ++node) {
      for (std::size_t c = 0; c < GraphPredictor::kHidden; ++c) {
        sums[s * GraphPredictor::kHidden + c] += x[node * GraphPredictor::kHidden + c];
      }
    }
  }
  return sums;
}

void AddLinear(std::vector<NamedShape>& state, const std::string& name, std::size_t in,
               std::size_t out) {
  state.push_back({name + ".weight", {out, in}});
  state.push_back({name + ".bias", {out}});
}

void AddEmbedding(std::vector<NamedShape>& state, const std::string& part, std::size_t entries,
                  std::size_t width) {
  const std::string name = "embed_layer." + part;
  state.push_back({name + "_embed.weight", {entries, width}});
  AddLinear(state, name + "_mlp", width, 1);
}

void AddEncoder(std::vector<NamedShape>& state) {
  for (std::size_t c = 0; c < GraphPredictor::kConvolutions; ++c) {
    const std::string name = ConvolutionName(c);
    AddLinear(state, name + "lin_rel", InputsOf(c), GraphPredictor::kHidden);
    state.push_back({name + "lin_root.weight", {GraphPredictor::kHidden, InputsOf(c)}});
  }
  AddLinear(state, "encoder.init_ff", 2 * GraphPredictor::kFeatures, GraphPredictor::kFeatures);
  for (std::size_t c = 0; c < GraphPredictor::kConvolutions; ++c) {
    for (const char* part : {"weight", "bias", "running_mean", "running_var"}) {
      state.push_back({NormName(c) + part, {GraphPredictor::kHidden}});
    }
    state.push_back({NormName(c) + "num_batches_tracked", {}});
  }
}

}  // namespace

std::vector<NamedShape> GraphPredictor::State() {
  std::vector<NamedShape> state = {{"hop_moments", {2, kConvolutions + 1}},
                                   {"mlp_moments", {2}},
                                   {"test_metrics", {3}},
                                   {"embed_layer.moment_tsr", {kUnits, kLayersPerUnit, 2}}};
  AddEmbedding(state, "stage", 6, 3);
  AddEmbedding(state, "block", kLayersPerUnit, 2);
  AddEmbedding(state, "mbconv", 2, 2);
  AddEmbedding(state, "exp", kExpands.size(), 2);
  AddEmbedding(state, "kernel", kKernels.size(), 3);
  AddLinear(state, "embed_layer.res_mlp.0", 1, 3);
  AddLinear(state, "embed_layer.res_mlp.1", 3, 1);
  AddEncoder(state);
  for (const char* projection : kProjections) { AddLinear(state, projection, kHidden, kHidden); }
  AddLinear(state, "regressor", kHidden, 1);
  return state;
}

GraphPredictor::GraphPredictor(const Tensors& tensors, const std::string& name,
                               const lode::kernels::KernelSet& kernels)
    : kernels_(&kernels), regressor_(kHidden, 1) {
  RequireTensors(tensors, State(), "the graph predictor", name);
  units_ = Magnitudes(tensors, "stage");
  places_ = Magnitudes(tensors, "block");
  kinds_ = Magnitudes(tensors, "mbconv");
  expands_ = Magnitudes(tensors, "exp");
  kernel_sizes_ = Magnitudes(tensors, "kernel");
  SetResolution(tensors);
  for (std::size_t c = 0; c < kConvolutions; ++c) {
    convolutions_.push_back(ConvolutionOf(tensors, c, name));
  }
  for (const std::string projection : kProjections) {
    projections_.emplace_back(tensors.at(projection + ".weight"), tensors.at(projection + ".bias"));
  }
  regressor_ = DenseLayer(tensors.at(std::string(kOwnTensor)), tensors.at("regressor.bias"));
  const std::vector<float>& moments = tensors.at("mlp_moments").values;
  mean_ = static_cast<double>(moments[0]);
  deviation_ = static_cast<double>(moments[1]);
}

// Two linear layers, which are one.
void GraphPredictor::SetResolution(const Tensors& tensors) {
  const auto values = [&](const char* part) -> const std::vector<float>& {
    return tensors.at(std::string("embed_layer.res_mlp.") + part).values;
  };
  resolution_slope_ = 0;
  resolution_offset_ = static_cast<double>(values("1.bias")[0]);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto outer = static_cast<double>(values("1.weight")[i]);
    resolution_slope_ += outer * static_cast<double>(values("0.weight")[i]);
    resolution_offset_ += outer * static_cast<double>(values("0.bias")[i]);
  }
}

float GraphPredictor::ResolutionFeature(std::int64_t resolution) const {
  const double share = static_cast<double>(resolution - kResolutionOfZero) /
                       static_cast<double>(kResolutionOfOne - kResolutionOfZero);
  return static_cast<float>(std::abs(resolution_slope_ * share + resolution_offset_));
}

GraphPredictor::Features GraphPredictor::FeaturesOf(const Subnet& subnet, std::size_t layer,
                                                    float resolution) const {
  return {units_[layer / kLayersPerUnit],
          places_[layer % kLayersPerUnit],
          kinds_[kKindOfLayers],
          expands_[IndexOf(kExpands, subnet.expand[layer])],
          kernel_sizes_[IndexOf(kKernels, subnet.kernel[layer])],
          resolution};
}

void GraphPredictor::Predict(std::span<const Subnet> subnets, std::int64_t resolution,
                             std::span<double> accuracies) const {
  const float feature = ResolutionFeature(resolution);
  for (std::size_t first = 0; first < subnets.size(); first += kSubnetsTogether) {
    const std::size_t batch = std::min(kSubnetsTogether, subnets.size() - first);
    PredictChunk(subnets.subspan(first, batch), feature, accuracies.subspan(first, batch));
  }
}

void GraphPredictor::PredictChunk(std::span<const Subnet> subnets, float resolution,
                                  std::span<double> accuracies) const {
  const std::vector<std::size_t> first = FirstNodes(subnets);
  std::vector<float> x = NodesOf(subnets, resolution);
  for (std::size_t c = 0; c < kConvolutions; ++c) {
    const std::vector<float> pairs = WithNodesBefore(x, Padded(InputsOf(c)), first);
    std::vector<float> y;
    convolutions_[c].Apply(*kernels_, first.back(), pairs.data(), y);
    Rectify(y);
    if (c > 0) { AddTo(y, x); }
    x = std::move(y);
  }
  x = SumsOverNodes(x, first);
  for (std::size_t p = 0; p < projections_.size(); ++p) {
    std::vector<float> y;
    projections_[p].Apply(*kernels_, subnets.size(), x.data(), y);
    if (p % 2 == 1) { Rectify(y); }
    x = std::move(y);
  }
  std::vector<float> out;
  regressor_.Apply(*kernels_, subnets.size(), x.data(), out);
  for (std::size_t s = 0; s < subnets.size(); ++s) {
    accuracies[s] = 100.0 * (mean_ + deviation_ * static_cast<double>(out[s * regressor_.out]));
  }
}

std::vector<float> GraphPredictor::NodesOf(std::span<const Subnet> subnets,
                                           float resolution) const {
  std::vector<float> nodes;
  for (const Subnet& subnet : subnets) {
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
      if (!subnet.IsActive(layer)) { continue; }
      const Features features = FeaturesOf(subnet, layer, resolution);
      nodes.insert(nodes.end(), features.begin(), features.end());
      nodes.resize(nodes.size() + Padded(kFeatures) - kFeatures);
    }
  }
  return nodes;
}

}  // namespace ofa
