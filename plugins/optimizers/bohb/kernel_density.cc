#include "plugins/optimizers/bohb/kernel_density.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bohb {

using lode::sampling::Choices;
using lode::sampling::Row;

KernelDensity::KernelDensity(const std::vector<Row>& rows, std::vector<const Choices*> observations,
                             double least)
    : observations_(std::move(observations)) {
  for (const Row& row : rows) {
    choice_counts_.push_back(static_cast<std::uint32_t>(row.choices()));
  }
  for (std::size_t r = 0; r < rows.size(); ++r) { bandwidths_.push_back(Bandwidth(r, least)); }
}

double KernelDensity::Bandwidth(std::size_t row, double least) const {
  const auto n = static_cast<double>(observations_.size());
  double sum = 0, squares = 0;
  for (const Choices* choices : observations_) { sum += (*choices)[row]; }
  for (const Choices* choices : observations_) {
    squares += ((*choices)[row] - sum / n) * ((*choices)[row] - sum / n);
  }
  const double rows = static_cast<double>(choice_counts_.size());
  const double reference = 1.06 * std::sqrt(squares / n) * lode::math::Pow(n, -1 / (4 + rows));
  const double count = choice_counts_[row];
  return std::min(std::max(reference, least), (count - 1) / count);
}

double KernelDensity::Density(std::span<const std::uint32_t> choices) const {
  double sum = 0;
  for (const Choices* observed : observations_) {
    double product = 1;
    for (std::size_t r = 0; r < choices.size(); ++r) {
      const double h = bandwidths_[r];
      product *= (*observed)[r] == choices[r] ? 1 - h : h / (choice_counts_[r] - 1.0);
    }
    sum += product;
  }
  return sum / static_cast<double>(observations_.size());
}

Choices KernelDensity::Draw(lode::Random random) const {
  Choices choices = *observations_[random.Below(observations_.size())];
  for (std::size_t r = 0; r < choices.size(); ++r) {
    if (random.Uniform() >= bandwidths_[r]) { continue; }
    const std::uint64_t other = random.Below(choice_counts_[r] - 1);  // h > 0: there is another
    choices[r] = static_cast<std::uint32_t>(other < choices[r] ? other : other + 1);
  }
  return choices;
}

}  // namespace bohb
