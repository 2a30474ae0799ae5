#include "plugins/optimizers/bo/hyperparameter_search.h"

#include <numeric>

namespace bo {

HyperparameterSearch::HyperparameterSearch(const Layout& layout, const RowTable& table,
                                           std::span<const std::size_t> rows,
                                           std::span<const double> values)
    : layout_(layout),
      values_(values.begin(), values.end()),
      kernel_(layout, Hyperparameters::Typical(layout)) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& a = table[rows[i]];
    for (std::size_t j = 0; j < i; ++j) {
      const Row& b = table[rows[j]];
      for (const FeatureGroup& group : layout_.groups) {
        distances_.push_back(static_cast<std::uint16_t>(Distance(group, a, b)));
      }
      trends_.push_back(std::inner_product(a.trend.begin(), a.trend.end(), b.trend.begin(), 0.0));
    }
  }
}

double HyperparameterSearch::LogPosterior(const Hyperparameters& hyperparameters) {
  kernel_.SetHyperparameters(hyperparameters);
  const auto n = static_cast<Eigen::Index>(values_.size());
  Eigen::MatrixXd covariance(n, n);
  std::span<const std::uint16_t> rest = distances_;
  auto trend = trends_.begin();
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      covariance(i, j) = kernel_.Of(rest.first(layout_.groups.size()), *trend++);
      rest = rest.subspan(layout_.groups.size());
    }
    covariance(i, i) = 1 + kernel_.noise();
  }
  process_.Factorize(std::move(covariance));
  process_.SetValues(values_);
  return process_.LogEvidence() + hyperparameters.LogPrior(layout_);
}

Hyperparameters HyperparameterSearch::Improve(Hyperparameters hyperparameters) {
  double best = LogPosterior(hyperparameters);
  for (const double step : {0.8, 0.8, 0.4, 0.4}) {
    for (double* value : hyperparameters.All()) {
      const double before = *value;
      double kept = before;
      for (const double tried : {before - step, before + step}) {
        *value = tried;
        const double posterior = LogPosterior(hyperparameters);
        if (posterior <= best) { continue; }
        best = posterior;
        kept = tried;
        break;
      }
      *value = kept;
    }
  }
  return hyperparameters;
}

}  // namespace bo
