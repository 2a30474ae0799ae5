// What BOHB knows of the good and the bad architectures.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "plugins/optimizers/bohb/kernel_density.h"
#include "toolkit/sampling/rows.h"

namespace bohb {

// Two densities of the results of the highest rung that has enough of them: one of the best, one of
// the others.
class Model {
 public:
  struct Settings {
    double good_share;  // fraction of the results that are good
    double least_bandwidth;
    std::size_t min_points;  // at least as many are good, and bad
  };
  Model(const std::vector<lode::sampling::Row>& rows, std::size_t rungs, const Settings& settings);

  // Adds a result; minus infinity for a failure. Results of rungs below the one that the densities
  // are of are ignored.
  void Add(std::size_t rung, lode::sampling::Choices choices, double reward);
  // Returns whether there are densities.
  bool Fit();
  // The following require that Fit() returned true, and that nothing was added since.
  lode::sampling::Choices Draw(lode::Random random) const { return good_->Draw(random); }
  // Larger for what is more frequent among the good, and rarer among the bad.
  double Promise(std::span<const std::uint32_t> choices) const;

 private:
  struct Result {
    lode::sampling::Choices choices;
    double reward;
  };

  // The results of the rung, best first, the first of equals first.
  std::vector<const lode::sampling::Choices*> Sorted(std::size_t rung) const;
  bool FitRung(std::size_t rung);

  std::vector<lode::sampling::Row> rows_;
  Settings settings_;
  std::vector<std::vector<Result>> results_;  // of each rung
  std::size_t rung_ = 0;                      // of the densities
  std::optional<KernelDensity> good_, bad_;
  bool changed_ = false;  // since the densities were computed
};

}  // namespace bohb
