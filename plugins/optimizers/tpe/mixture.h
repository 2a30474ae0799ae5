// A Parzen estimator over choices: a mixture of a kernel around each observation and a uniform
// distribution.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <utility>
#include <vector>

#include "toolkit/sampling/rows.h"

namespace tpe {

// With n observations, a kernel keeps a row's choice, one of c, with the probability
// (n + 2) / (n + 1 + c), and has each other choice with 1 / (n + 1 + c): the probabilities of
// Optuna's categorical kernel. Rows are independent within a kernel, but not in the mixture: that
// makes the estimator multivariate. The uniform distribution has the weight 1.
//
// The quotient of both probabilities is the same for every row. So, apart from a constant factor,
// a kernel's density is a power of the quotient: the exponent is the number of rows that differ.
class Mixture {
 public:
  explicit Mixture(const std::vector<lode::sampling::Row>& rows);

  // Replaces the observations. REQUIRES: as many weights as observations; each observation has a
  // choice for every row.
  void Fit(std::span<const lode::sampling::Choices* const> observations,
           std::span<const double> weights);
  lode::sampling::Choices Draw(lode::Random random) const;
  // The density over a factor that does not depend on `choices`.
  double RelativeDensity(std::span<const std::uint32_t> choices) const;

 private:
  std::size_t Differing(std::size_t observation, std::span<const std::uint32_t> choices) const;

  std::vector<std::uint32_t> choice_counts_;  // of each row
  std::vector<std::uint32_t> observed_;       // the observations' choices, one after the other
  std::vector<double> weights_;
  double total_weight_ = 0;  // of the observations
  double uniform_ = 1;       // what the uniform distribution adds to every RelativeDensity()
  std::vector<double> powers_;
};

}  // namespace tpe
