#include "plugins/optimizers/bo/kernel.h"

#include <algorithm>
#include <utility>

namespace bo {
namespace {

// -log of N(mean, deviation^2)'s density, up to a constant.
double Penalty(double value, double mean, double deviation) {
  const double z = (value - mean) / deviation;
  return z * z / 2;
}

const double kLogNoise = lode::math::Log(0.02);

}  // namespace

Hyperparameters Hyperparameters::Typical(const Layout& layout) {
  Hyperparameters h;
  h.weights.assign(layout.groups.size() + (layout.trend > 0), 0);
  for (const FeatureGroup& group : layout.groups) {
    h.lengths.push_back(lode::math::Log(group.typical_length));
  }
  h.noise = kLogNoise;
  return h;
}

double Hyperparameters::LogPrior(const Layout& layout) const {
  double sum = Penalty(noise, kLogNoise, 1.5);
  for (const double w : weights) { sum += Penalty(w, 0, 1); }
  for (std::size_t g = 0; g < lengths.size(); ++g) {
    sum += Penalty(lengths[g], lode::math::Log(layout.groups[g].typical_length), 1);
  }
  return -sum;
}

std::vector<double*> Hyperparameters::All() {
  std::vector<double*> all;
  for (double& w : weights) { all.push_back(&w); }
  for (double& l : lengths) { all.push_back(&l); }
  all.push_back(&noise);
  return all;
}

Kernel::Kernel(const Layout& layout, Hyperparameters hyperparameters)
    : layout_(layout), tables_(layout.groups.size()) {
  SetHyperparameters(std::move(hyperparameters));
}

void Kernel::SetHyperparameters(Hyperparameters hyperparameters) {
  hyperparameters_ = std::move(hyperparameters);
  noise_ = lode::math::Exp(hyperparameters_.noise);
  double sum = 0;
  for (const double w : hyperparameters_.weights) { sum += lode::math::Exp(w); }
  for (std::size_t g = 0; g < tables_.size(); ++g) {
    Tabulate(g, lode::math::Exp(hyperparameters_.weights[g]) / sum);
  }
  trend_share_ = layout_.trend > 0 ? lode::math::Exp(hyperparameters_.weights.back()) / sum : 0;
}

// Powers of one exponential, which are as good and as portable as exponentials.
void Kernel::Tabulate(std::size_t group, double share) {
  const double ratio = lode::math::Exp(-lode::math::Exp(-hyperparameters_.lengths[group]));
  double value = share;
  for (double& entry : tables_[group]) {
    entry = value;
    value *= ratio;
  }
}

void Kernel::FillTrend(const Row& row, const RowTable& rows, std::size_t first,
                       std::span<double> out) const {
  if (layout_.trend == 0) {  // Eigen's matrices without columns have no memory to point into
    std::ranges::fill(out, 0.0);
    return;
  }
  const auto begin = static_cast<Eigen::Index>(first),
             count = static_cast<Eigen::Index>(out.size());
  const Eigen::Map<const Eigen::VectorXd> trend(row.trend.data(), rows.trends().cols());
  Eigen::Map<Eigen::VectorXd>(out.data(), count).noalias() =
      rows.trends().middleRows(begin, count) * (trend_share_ * trend);
}

void Kernel::Fill(const Row& row, const RowTable& rows, std::size_t first,
                  std::span<double> out) const {
  FillTrend(row, rows, first, out);
  for (std::size_t g = 0; g < tables_.size(); ++g) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::size_t d = Distance(layout_.groups[g], row, rows[first + i]);
      out[i] += tables_[g][std::min(d, kTable - 1)];
    }
  }
}

double Kernel::Of(std::span<const std::uint16_t> distances, double trend) const {
  double sum = trend_share_ * trend;
  for (std::size_t g = 0; g < tables_.size(); ++g) {
    sum += tables_[g][std::min<std::size_t>(distances[g], kTable - 1)];
  }
  return sum;
}

}  // namespace bo
