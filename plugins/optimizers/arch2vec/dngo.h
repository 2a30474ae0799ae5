// Deep networks for global optimization: Snoek et al., Scalable Bayesian Optimization Using Deep
// Neural Networks, ICML 2015, with the numbers of arch2vec's program (pybnn/dngo.py).
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <vector>

#include "plugins/optimizers/arch2vec/basis_network.h"
#include "plugins/optimizers/arch2vec/bayesian_regression.h"

namespace arch2vec {

struct Prediction {
  double mean, deviation;
};

// Predicts values from vectors: a network with one hidden layer of tanh is fitted to the values,
// and its hidden layer is the basis of a Bayesian linear regression.
class Dngo {
 public:
  struct Settings {
    std::size_t basis = 128;
    BasisNetwork::Training training{};
  };

  // Fits to one value for each row of x, of which the first `dimensions` are used. Values and
  // vectors are standardized. REQUIRES: at least one row.
  Dngo(const Rows& x, std::size_t dimensions, std::span<const double> values,
       const Settings& settings, lode::Random random);

  // One for each row, in the unit of the values.
  std::vector<Prediction> Predict(const Rows& x) const;

 private:
  Rows Standardized(const Rows& x) const;
  void FitRegression(const Rows& basis, std::span<const double> targets);

  std::size_t dimensions_;
  std::vector<float> means_, inverse_deviations_;  // of x
  double mean_, deviation_;                        // of the values
  BasisNetwork network_;
  double noise_ = 0;                    // its variance
  std::vector<float> map_, no_offset_;  // of a basis: to what has the variance as its squared norm,
                                        // and to the mean
};

}  // namespace arch2vec
