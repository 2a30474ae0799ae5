#include "plugins/optimizers/tpe/mixture.h"

namespace tpe {

using lode::sampling::Choices;
using lode::sampling::Row;

Mixture::Mixture(const std::vector<Row>& rows) : powers_(rows.size() + 1, 1) {
  for (const Row& row : rows) {
    choice_counts_.push_back(static_cast<std::uint32_t>(row.choices()));
  }
}

void Mixture::Fit(std::span<const Choices* const> observations, std::span<const double> weights) {
  observed_.clear();
  for (const Choices* choices : observations) {
    observed_.insert(observed_.end(), choices->begin(), choices->end());
  }
  weights_.assign(weights.begin(), weights.end());
  total_weight_ = 0;
  for (const double weight : weights) { total_weight_ += weight; }
  const double kernels = static_cast<double>(observations.size()) + 1;
  for (std::size_t d = 1; d < powers_.size(); ++d) { powers_[d] = powers_[d - 1] / (kernels + 1); }
  uniform_ = 1;
  for (const double count : choice_counts_) {
    uniform_ *= (kernels + count) / (count * (kernels + 1));
  }
}

// A kernel redraws a row uniformly with the probability c / (n + 1 + c), else keeps it.
Choices Mixture::Draw(lode::Random random) const {
  double at = random.Uniform() * (total_weight_ + 1);
  std::size_t observation = 0;
  while (observation < weights_.size() && at >= weights_[observation]) {
    at -= weights_[observation++];
  }
  const std::size_t rows = choice_counts_.size();
  const bool uniform = observation == weights_.size();
  Choices choices(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::uint64_t count = choice_counts_[r];
    const std::uint64_t drawn = random.Below(uniform ? count : weights_.size() + 1 + count);
    choices[r] =
        drawn < count ? static_cast<std::uint32_t>(drawn) : observed_[observation * rows + r];
  }
  return choices;
}

std::size_t Mixture::Differing(std::size_t observation,
                               std::span<const std::uint32_t> choices) const {
  const std::uint32_t* observed = observed_.data() + observation * choices.size();
  std::size_t differing = 0;
  for (std::size_t r = 0; r < choices.size(); ++r) { differing += observed[r] != choices[r]; }
  return differing;
}

double Mixture::RelativeDensity(std::span<const std::uint32_t> choices) const {
  double density = uniform_;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    density += weights_[i] * powers_[Differing(i, choices)];
  }
  return density;
}

}  // namespace tpe
