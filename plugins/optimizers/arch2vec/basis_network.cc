#include "plugins/optimizers/arch2vec/basis_network.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace arch2vec {

using lode::kernels::kLanes;

BasisNetwork::BasisNetwork(std::size_t inputs, std::size_t basis)
    : hidden_(weights_, inputs, basis), output_(weights_, basis, 1) {}

void BasisNetwork::Fit(const Rows& x, std::span<const double> targets, const Training& training,
                       lode::Random random) {
  hidden_.Initialize(weights_, random);
  output_.Initialize(weights_, random);
  const std::size_t size = std::min(training.batch, x.count);
  std::vector<std::size_t> order(x.count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rows batch;
  batch.Resize(size, x.width);
  std::vector<double> batch_targets(size);
  for (std::size_t epoch = 0; epoch < training.epochs; ++epoch) {
    random.Shuffle(std::span(order));
    for (std::size_t begin = 0; begin + size <= order.size(); begin += size) {
      for (std::size_t r = 0; r < size; ++r) {
        std::copy_n(x.row(order[begin + r]), x.width, batch.row(r));
        batch_targets[r] = targets[order[begin + r]];
      }
      Differentiate(batch, batch_targets);
      weights_.Descend({training.learning_rate, 0.9, 0.999, 1e-8});
    }
  }
}

double BasisNetwork::Differentiate(const Rows& x, std::span<const double> targets) {
  Basis(x, basis_);
  output_.Forward(weights_, basis_, predicted_);
  d_predicted_.Resize(x.count, kLanes);
  std::ranges::fill(d_predicted_.values, 0.0f);
  const auto count = static_cast<double>(x.count);
  double loss = 0;
  for (std::size_t r = 0; r < x.count; ++r) {
    const double error = static_cast<double>(predicted_.row(r)[0]) - targets[r];
    loss += error * error / count;
    d_predicted_.row(r)[0] = static_cast<float>(2 * error / count);
  }
  output_.Backward(weights_, basis_, d_predicted_, &d_basis_);
  for (std::size_t i = 0; i < basis_.values.size(); ++i) {
    d_basis_.values[i] *= 1 - basis_.values[i] * basis_.values[i];
  }
  hidden_.Backward(weights_, x, d_basis_, nullptr);
  return loss;
}

void BasisNetwork::Basis(const Rows& x, Rows& out) const {
  hidden_.Forward(weights_, x, out);
  lode::kernels::Best().tanh(out.values.size(), out.values.data());
}

}  // namespace arch2vec
