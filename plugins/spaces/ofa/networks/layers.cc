#include "plugins/spaces/ofa/networks/layers.h"

#include <cstdint>
#include <set>
#include <utility>

#include "plugins/spaces/ofa/latency_table.h"
#include "plugins/spaces/ofa/networks/elastic.h"

namespace ofa {
namespace {

using lode::training::TimedNetwork;
using torch::Tensor;

// A convolution with norm and h-swish.
std::function<TimedNetwork()> ConvolutionTo(Map in, Map out, std::int64_t kernel,
                                            std::int64_t stride) {
  return [=]() -> TimedNetwork {
    FirstWeights weights(0);
    Convolution convolution(in.channels, out.channels, kernel, stride, Form::kPlain, weights);
    return [=](const Tensor& x, const Pass& pass) {
      return Activated(convolution->Norm(out.channels), convolution->Convolve(x, out.channels),
                       Activation::kHSwish, pass);
    };
  };
}

TimedNetwork Pool() {
  return [](const Tensor& x, const Pass&) { return x.mean({2, 3}); };
}

// Of a single pixel, the feature mix is a linear layer.
std::function<TimedNetwork()> MixTo(Map in, Map out) {
  return [=]() -> TimedNetwork {
    const Tensor weight = FirstWeights(0).Convolution(in.channels, out.channels, 1).flatten(1);
    return [=](const Tensor& x, const Pass&) {
      return torch::hardswish(torch::linear(x.flatten(1), weight));
    };
  };
}

std::function<TimedNetwork()> ClassifierOf(Map in) {
  return [=]() -> TimedNetwork {
    auto linear = FirstWeights(0).Linear(in.channels, kClasses);
    return [=](const Tensor& x, const Pass&) mutable { return linear(x.flatten(1)); };
  };
}

SingleLayer SingleOf(const InvertedResidual& shape) {
  return {LatencyKey(shape), shape.in, [shape]() -> TimedNetwork {
            FirstWeights weights(0);
            return [shape, layer = Layer(shape, Form::kPlain, weights)](
                       const Tensor& x, const Pass& pass) mutable { return layer(x, shape, pass); };
          }};
}

}  // namespace

std::vector<SingleLayer> SingleLayersOf(const Network& n) {
  const KeysOfRest keys(n);
  const Map pooled = {1, n.final_expand().channels};
  std::vector<SingleLayer> layers = {
      {keys.first_conv, n.image(), ConvolutionTo(n.image(), n.first_conv(), 3, 2)},
      SingleOf(n.first_block())};
  std::set<std::string> known;
  for (std::size_t index = 0; index < kLayers; ++index) {
    for (std::size_t o = 0; o < kOperations; ++o) {
      SingleLayer layer = SingleOf(n.layer(index, ExpandOf(o), KernelOf(o)));
      if (known.insert(layer.key).second) { layers.push_back(std::move(layer)); }
    }
  }
  layers.push_back(
      {keys.final_expand, n.last_layer(), ConvolutionTo(n.last_layer(), n.final_expand(), 1, 1)});
  layers.push_back({keys.pool, n.final_expand(), Pool});
  layers.push_back({keys.feature_mix, pooled, MixTo(pooled, n.feature_mix())});
  layers.push_back({keys.classifier, n.feature_mix(), ClassifierOf(n.feature_mix())});
  return layers;
}

}  // namespace ofa
