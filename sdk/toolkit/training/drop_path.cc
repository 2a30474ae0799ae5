#include "toolkit/training/drop_path.h"

#include <ATen/CPUGeneratorImpl.h>

#include <vector>

namespace lode::training {
namespace {

// The generator is on the CPU, so the choice of what to drop does not depend on the device.
torch::Tensor Masked(const torch::Tensor& x, at::IntArrayRef shape, double probability,
                     const at::Generator& random) {
  const double kept = 1 - probability;
  const torch::Tensor mask = torch::empty(shape).bernoulli_(kept, random).div_(kept);
  return x * mask.to(x.device(), x.scalar_type());
}

}  // namespace

DropPath::DropPath(double probability, std::uint64_t seed) : probability_(probability) {
  if (probability > 0) { random_ = at::make_generator<at::CPUGeneratorImpl>(seed); }
}

torch::Tensor DropPath::operator()(const torch::Tensor& x) {
  if (probability_ == 0) { return x; }
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  return Masked(x, shape, probability_, random_);
}

Dropout::Dropout(double probability, std::uint64_t seed)
    : probability_(probability), random_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

torch::Tensor Dropout::operator()(const torch::Tensor& x) {
  return Masked(x, x.sizes(), probability_, random_);
}

}  // namespace lode::training
