#include "plugins/optimizers/arch2vec/weights.h"

#include <cmath>

namespace arch2vec {

using lode::kernels::kLanes;

std::size_t Weights::Reserve(std::size_t count) {
  const std::size_t offset = values_.size();
  for (auto* list : {&values_, &gradients_, &first_moment_, &second_moment_}) {
    list->resize(offset + count);
  }
  return offset;
}

void Weights::ClipGradient(double norm) {
  double sums[kLanes] = {};
  for (std::size_t i = 0; i < gradients_.size(); i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) {
      const auto g = static_cast<double>(gradients_[i + j]);
      sums[j] += g * g;
    }
  }
  double squares = 0;
  for (const double sum : sums) { squares += sum; }
  const double length = std::sqrt(squares);
  if (length <= norm) { return; }
  const auto scale = static_cast<float>(norm / length);
  for (float& g : gradients_) { g *= scale; }
}

void Weights::Descend(const lode::networks::AdamSettings& adam) {
  lode::kernels::Best().adam(values_.size(), lode::networks::ScalesAt(adam, ++steps_),
                             gradients_.data(), first_moment_.data(), second_moment_.data(),
                             values_.data());
}

}  // namespace arch2vec
