#include "plugins/spaces/ofa/networks/mobile_net.h"

#include <memory>

#include "plugins/spaces/ofa/networks/subnet_choices.h"
#include "toolkit/training/image_parts.h"
#include "toolkit/training/normalized_sum.h"

namespace ofa {
namespace {

using torch::Tensor;

constexpr std::int64_t kSomeResolution = 224;

}  // namespace

MobileNetImpl::MobileNetImpl(const MobileNetConfig& config, std::uint64_t seed)
    : MobileNetImpl(config, SubnetChoices().Largest(), Form::kElastic, seed) {}

MobileNetImpl::MobileNetImpl(const MobileNetConfig& config, const Subnet& only, std::uint64_t seed)
    : MobileNetImpl(config, only, Form::kPlain, seed) {}

MobileNetImpl::MobileNetImpl(const MobileNetConfig& config, const Subnet& largest, Form form,
                             std::uint64_t seed)
    : config_(config), shapes_(config.width, kSomeResolution) {
  FirstWeights weights(seed, config.initialization);
  const std::int64_t expanded = shapes_.final_expand().channels;
  const std::int64_t mixed = shapes_.feature_mix().channels;
  first_conv_ = register_module(
      "first_conv", Convolution(config.image_channels, shapes_.first_conv().channels, 3, 2,
                                Form::kPlain, weights));
  AddLayers(largest, form, weights);
  final_expand_ = register_module(
      "final_expand_layer",
      Convolution(shapes_.last_layer().channels, expanded, 1, 1, Form::kPlain, weights));
  const auto mix = register_module("feature_mix_layer", std::make_shared<torch::nn::Module>());
  feature_mix_ = mix->register_module("conv", std::make_shared<torch::nn::Module>())
                     ->register_parameter("weight", weights.Convolution(expanded, mixed, 1));
  const auto classifier = register_module("classifier", std::make_shared<torch::nn::Module>());
  classifier_ = classifier->register_module("linear", weights.Linear(mixed, config.classes));
}

void MobileNetImpl::AddLayers(const Subnet& largest, Form form, FirstWeights& weights) {
  const auto blocks = register_module("blocks", std::make_shared<torch::nn::Module>());
  const auto add = [&](const InvertedResidual& shape, Form of_layer) {
    const auto block = blocks->register_module(std::to_string(blocks->children().size()),
                                               std::make_shared<torch::nn::Module>());
    return block->register_module("conv", Layer(shape, of_layer, weights));
  };
  first_block_ = add(shapes_.first_block(), Form::kPlain);
  for (std::size_t index = 0; index < kLayers; ++index) {
    if (largest.IsActive(index)) { layers_.push_back({index, add(ShapeOf(largest, index), form)}); }
  }
}

InvertedResidual MobileNetImpl::ShapeOf(const Subnet& subnet, std::size_t index) const {
  return shapes_.layer(index, subnet.expand[index], subnet.kernel[index]);
}

Tensor MobileNetImpl::forward(const Tensor& images, const Subnet& subnet, const Pass& pass) {
  return lode::training::InParts(images, pass,
                                 [&](const Tensor& part) { return Run(part, subnet, pass); });
}

Tensor MobileNetImpl::Run(const Tensor& images, const Subnet& subnet, const Pass& pass) {
  const std::int64_t channels = shapes_.first_conv().channels;
  Tensor x = Activated(first_conv_->Norm(channels), first_conv_->Convolve(images, channels),
                       Activation::kHSwish, pass);
  x = first_block_(x, shapes_.first_block(), pass);
  for (Place& place : layers_) {
    if (!subnet.IsActive(place.index)) { continue; }
    x = place.layer(x, ShapeOf(subnet, place.index), pass);
  }
  return Classify(x, pass);
}

// Of a single pixel, the feature mix is a linear layer.
Tensor MobileNetImpl::Classify(const Tensor& x, const Pass& pass) {
  const std::int64_t expanded = shapes_.final_expand().channels;
  const Tensor features = Activated(final_expand_->Norm(expanded),
                                    final_expand_->Convolve(x, expanded), Activation::kHSwish, pass)
                              .mean({2, 3});
  return classifier_(torch::hardswish(torch::linear(features, feature_mix_.flatten(1))));
}

void MobileNetImpl::SortChannels(std::span<const std::uint8_t> expands) {
  for (Place& place : layers_) {
    std::vector<InvertedResidual> shapes;
    for (const std::uint8_t expand : expands) {
      shapes.push_back(shapes_.layer(place.index, expand, kKernels.back()));
    }
    place.layer->Sort(shapes);
  }
}

void MobileNetImpl::Inherit(const MobileNetImpl& supernet, const Subnet& subnet) {
  const torch::NoGradGuard no_grad;
  first_conv_->Inherit(*supernet.first_conv_);
  first_block_->Inherit(*supernet.first_block_, shapes_.first_block());
  for (Place& place : layers_) {
    place.layer->Inherit(*supernet.layers_[place.index].layer, ShapeOf(subnet, place.index));
  }
  final_expand_->Inherit(*supernet.final_expand_);
  feature_mix_.copy_(supernet.feature_mix_);
  classifier_->weight.copy_(supernet.classifier_->weight);
  classifier_->bias.copy_(supernet.classifier_->bias);
}

lode::training::SupernetPath PathAlong(const MobileNet& network, const Subnet& subnet) {
  return [network = network, subnet](const Tensor& images, const Pass& pass) mutable {
    return network(images, subnet, pass);
  };
}

}  // namespace ofa
