// Finds a kernel's most probable hyper-parameters.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plugins/optimizers/bo/features.h"
#include "plugins/optimizers/bo/gaussian_process.h"
#include "plugins/optimizers/bo/kernel.h"

namespace bo {

class HyperparameterSearch {
 public:
  // The values of some rows of a table.
  HyperparameterSearch(const Layout& layout, const RowTable& table,
                       std::span<const std::size_t> rows, std::span<const double> values);

  // Log of the posterior density of hyper-parameters, up to a constant, with the values' variance
  // at its most probable.
  double LogPosterior(const Hyperparameters& hyperparameters);

  // Coordinate search: of each hyper-parameter in turn, takes a step down, or else up, if that is
  // more probable; two sweeps with steps of 0.8, two with 0.4.
  Hyperparameters Improve(Hyperparameters hyperparameters);

 private:
  Layout layout_;
  std::vector<double> values_;
  std::vector<std::uint16_t> distances_;  // of each pair i > j, by i, j and group
  std::vector<double> trends_;            // of each pair likewise: the product
  Kernel kernel_;
  GaussianProcess process_;
};

}  // namespace bo
