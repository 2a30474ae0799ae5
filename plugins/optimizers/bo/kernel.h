// The covariance of the values of two architectures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/bo/features.h"
#include "plugins/optimizers/bo/row_table.h"

namespace bo {

// The hyper-parameters of a kernel, as logarithms.
struct Hyperparameters {
  std::vector<double> weights;  // one for each group, then one for the trend; in any unit
  std::vector<double> lengths;  // one for each group, in the unit of the group's distance
  // The variance of what the groups do not explain, over that of the values: architectures with
  // nearly the same features differ, as do repeated trainings of one.
  double noise = 0;

  // The most probable values before any trial: equal weights, the groups' typical lengths, 0.02.
  static Hyperparameters Typical(const Layout& layout);
  // Their density, up to a constant factor: weights N(0, 1), lengths N(log typical, 1), noise
  // N(log 0.02, 1.5^2).
  double LogPrior(const Layout& layout) const;
  // All of them, weights first.
  std::vector<double*> All();
};

// k(a, b) = (sum over groups of w exp(-d(a, b) / l) + v a.b) / (sum of w and v), where d is the
// group's L1 distance and a.b the product of the trends, which are unit vectors: 1 for a = b. The
// exponentials interpolate; the trend, a linear function, extrapolates, which helps most after few
// trials. A distance is a small integer, so exponentials are looked up.
class Kernel {
 public:
  Kernel(const Layout& layout, Hyperparameters hyperparameters);

  const Hyperparameters& hyperparameters() const { return hyperparameters_; }
  void SetHyperparameters(Hyperparameters hyperparameters);
  // exp of the noise.
  double noise() const { return noise_; }

  // The covariances of a row with those of a table from `first` on, one for each result.
  void Fill(const Row& row, const RowTable& rows, std::size_t first, std::span<double> out) const;
  // The covariance of two rows from their distances in each group and the product of their trends.
  double Of(std::span<const std::uint16_t> distances, double trend) const;

 private:
  static constexpr std::size_t kTable = 512;  // farther rows have the covariance of these

  void FillTrend(const Row& row, const RowTable& rows, std::size_t first,
                 std::span<double> out) const;
  void Tabulate(std::size_t group, double share);

  Layout layout_;
  Hyperparameters hyperparameters_;
  double noise_ = 0;
  double trend_share_ = 0;
  std::vector<std::array<double, kTable>> tables_;
};

}  // namespace bo
