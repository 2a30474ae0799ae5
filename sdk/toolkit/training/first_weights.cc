#include "toolkit/training/first_weights.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

namespace lode::training {
namespace {

// The bound of PyTorch's default.
double BoundOf(std::int64_t fan_in) { return 1 / std::sqrt(static_cast<double>(fan_in)); }

}  // namespace

Initialization InitializationOf(const std::string& name) {
  return name == "pytorch" ? Initialization::kPyTorch : Initialization::kKaiming;
}

FirstWeights::FirstWeights(std::uint64_t seed, Initialization initialization)
    : random_(at::make_generator<at::CPUGeneratorImpl>(seed)), initialization_(initialization) {}

torch::Tensor FirstWeights::Convolution(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  torch::Tensor weights = torch::empty({out, in, kernel, kernel});
  if (initialization_ == Initialization::kPyTorch) {
    const double bound = BoundOf(in * kernel * kernel);
    weights.uniform_(-bound, bound, random_);
  } else {
    weights.normal_(0, std::sqrt(2.0 / static_cast<double>(out * kernel * kernel)), random_);
  }
  return weights.contiguous(at::MemoryFormat::ChannelsLast);
}

torch::nn::Linear FirstWeights::Linear(std::int64_t in, std::int64_t out) {
  torch::nn::Linear layer(in, out);
  const torch::NoGradGuard no_grad;
  if (initialization_ == Initialization::kPyTorch) {
    const double bound = BoundOf(in);
    layer->weight.uniform_(-bound, bound, random_);
    layer->bias.uniform_(-bound, bound, random_);
  } else {
    layer->weight.normal_(0, 0.01, random_);
    layer->bias.zero_();
  }
  return layer;
}

}  // namespace lode::training
