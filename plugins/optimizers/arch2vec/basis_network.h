// The network whose last hidden layer is the basis of DNGO's regression.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>

#include "plugins/optimizers/arch2vec/layers.h"
#include "plugins/optimizers/arch2vec/weights.h"

namespace arch2vec {

// y = v . tanh(W x + b) + c.
class BasisNetwork {
 public:
  struct Training {
    std::size_t epochs = 100;
    std::size_t batch = 10;  // fewer if there are fewer rows; the rest of an epoch is left out
    double learning_rate = 0.01;
  };

  BasisNetwork(std::size_t inputs, std::size_t basis);

  // Draws the parameters and fits them to the targets, one for each row, by Adam on the mean
  // squared error.
  void Fit(const Rows& x, std::span<const double> targets, const Training& training,
           lode::Random random);
  // The loss's gradient, in weights(). Returns the loss. For tests.
  double Differentiate(const Rows& x, std::span<const double> targets);

  // tanh(W x + b), a row for each of x.
  void Basis(const Rows& x, Rows& out) const;
  std::size_t width() const { return hidden_.width(); }
  Weights& weights() { return weights_; }

 private:
  Weights weights_;
  Linear hidden_, output_;
  Rows basis_, predicted_, d_predicted_, d_basis_;
};

}  // namespace arch2vec
