// A kernel density of choices, with a bandwidth for each row.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/sampling/rows.h"

namespace bohb {

// The mean of a product kernel around each observation. With the bandwidth h a row's kernel has 1 -
// h at the observed choice and h / (c - 1) at each of the c - 1 others (Aitchison and Aitken,
// Biometrika 63, 1976).
//
// The bandwidth is statsmodels' normal reference, which hpbandster uses: 1.06 s n^(-1 / (4 + d))
// for n observations of d rows, where s is the standard deviation of the numbers of a row's
// choices. It is at least `least`, and at most (c - 1) / c, where the kernel is uniform;
// statsmodels lets it exceed 1, which makes densities negative, while hpbandster then draws
// uniformly.
class KernelDensity {
 public:
  // REQUIRES: at least one observation, each with a choice for every row.
  KernelDensity(const std::vector<lode::sampling::Row>& rows,
                std::vector<const lode::sampling::Choices*> observations, double least);

  double Density(std::span<const std::uint32_t> choices) const;
  lode::sampling::Choices Draw(lode::Random random) const;
  const std::vector<double>& bandwidths() const { return bandwidths_; }

 private:
  double Bandwidth(std::size_t row, double least) const;

  std::vector<std::uint32_t> choice_counts_;  // of each row
  std::vector<const lode::sampling::Choices*> observations_;
  std::vector<double> bandwidths_;
};

}  // namespace bohb
