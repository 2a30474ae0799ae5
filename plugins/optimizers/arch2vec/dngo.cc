#include "plugins/optimizers/arch2vec/dngo.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace arch2vec {
namespace {

using lode::kernels::kLanes;

struct Moments {
  double mean, deviation;  // 1 if all values are the same
};

template <class Number>
Moments MomentsOf(const std::vector<Number>& values) {
  const auto count = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const Number value : values) { mean += static_cast<double>(value) / count; }
  for (const Number value : values) {
    const double excess = static_cast<double>(value) - mean;
    squares += excess * excess;
  }
  const double deviation = std::sqrt(squares / count);
  const bool differ = deviation > 1e-12 * std::max(1.0, std::fabs(mean));
  return {mean, differ ? deviation : 1};
}

}  // namespace

Dngo::Dngo(const Rows& x, std::size_t dimensions, std::span<const double> values,
           const Settings& settings, lode::Random random)
    : dimensions_(dimensions), network_(dimensions, settings.basis) {
  for (std::size_t i = 0; i < dimensions_; ++i) {
    std::vector<float> column;
    for (std::size_t r = 0; r < x.count; ++r) { column.push_back(x.row(r)[i]); }
    const Moments moments = MomentsOf(column);
    means_.push_back(static_cast<float>(moments.mean));
    inverse_deviations_.push_back(static_cast<float>(1 / moments.deviation));
  }
  std::vector<double> targets(values.begin(), values.end());
  const Moments moments = MomentsOf(targets);
  mean_ = moments.mean, deviation_ = moments.deviation;
  for (double& target : targets) { target = (target - mean_) / deviation_; }
  const Rows standardized = Standardized(x);
  network_.Fit(standardized, targets, settings.training, random);
  Rows basis;
  network_.Basis(standardized, basis);
  FitRegression(basis, targets);
}

Rows Dngo::Standardized(const Rows& x) const {
  Rows out;
  out.Resize(x.count, x.width);
  std::ranges::fill(out.values, 0.0f);
  for (std::size_t r = 0; r < x.count; ++r) {
    for (std::size_t i = 0; i < dimensions_; ++i) {
      out.row(r)[i] = (x.row(r)[i] - means_[i]) * inverse_deviations_[i];
    }
  }
  return out;
}

void Dngo::FitRegression(const Rows& basis, std::span<const double> targets) {
  const auto width = static_cast<Eigen::Index>(basis.width);
  Eigen::MatrixXd features(static_cast<Eigen::Index>(basis.count), width);
  for (std::size_t r = 0; r < basis.count; ++r) {
    for (std::size_t c = 0; c < basis.width; ++c) {
      features(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) =
          static_cast<double>(basis.row(r)[c]);
    }
  }
  const Eigen::VectorXd y =
      Eigen::Map<const Eigen::VectorXd>(targets.data(), static_cast<Eigen::Index>(targets.size()));
  const BayesianRegression regression(features, y);
  noise_ = 1 / regression.beta();
  const Eigen::MatrixXd root = regression.CovarianceRoot();
  const std::size_t columns = basis.width + kLanes;
  no_offset_.assign(columns, 0);
  map_.assign(basis.width * columns, 0);
  for (Eigen::Index r = 0; r < width; ++r) {
    float* row = map_.data() + static_cast<std::size_t>(r) * columns;
    for (Eigen::Index c = 0; c < width; ++c) { row[c] = static_cast<float>(root(r, c)); }
    row[width] = static_cast<float>(regression.mean()[r]);
  }
}

std::vector<Prediction> Dngo::Predict(const Rows& x) const {
  constexpr std::size_t kAtOnce = 256;
  std::vector<Prediction> predictions;
  predictions.reserve(x.count);
  Rows some, basis, mapped;
  for (std::size_t begin = 0; begin < x.count; begin += kAtOnce) {
    some.Resize(std::min(kAtOnce, x.count - begin), x.width);
    std::copy_n(x.row(begin), some.values.size(), some.values.begin());
    network_.Basis(Standardized(some), basis);
    mapped.Resize(some.count, no_offset_.size());
    lode::kernels::Best().affine(basis.count, basis.width, mapped.width, basis.values.data(),
                                 map_.data(), no_offset_.data(), mapped.values.data());
    for (std::size_t r = 0; r < some.count; ++r) {
      float lanes[kLanes] = {};
      const float* row = mapped.row(r);
      for (std::size_t c = 0; c < basis.width; c += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          lanes[lane] += row[c + lane] * row[c + lane];
        }
      }
      const double variance = std::accumulate(lanes, lanes + kLanes, noise_);
      predictions.push_back({mean_ + deviation_ * static_cast<double>(row[basis.width]),
                             deviation_ * std::sqrt(variance)});
    }
  }
  return predictions;
}

}  // namespace arch2vec
