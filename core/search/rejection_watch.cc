#include "core/search/rejection_watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/search/metric_index.h"

namespace lode::core {
namespace {

// Metrics with a smaller correlation are not recommended.
constexpr double kLeastCorrelation = 0.3;
// The largest number of evaluations that correlations use.
constexpr std::size_t kMostRows = 1000;

// Returns Pearson's correlation over the rows that have both metrics; 0 if one of them does not
// vary.
double Correlation(const std::vector<std::vector<double>>& rows, std::size_t a, std::size_t b) {
  double n = 0, mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
  for (const std::vector<double>& row : rows) {
    if (std::isnan(row[a]) || std::isnan(row[b])) { continue; }
    ++n;
    const double da = row[a] - mean_a, db = row[b] - mean_b;
    mean_a += da / n;
    mean_b += db / n;
    aa += da * (row[a] - mean_a);
    bb += db * (row[b] - mean_b);
    ab += da * (row[b] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

}  // namespace

RejectionWatch::RejectionWatch(const RewardConfig& reward,
                               const std::vector<MetricDeclaration>& metrics,
                               const std::vector<std::size_t>& free,
                               std::vector<std::string> computable,
                               std::function<void(const std::string&)> warn)
    : metrics_(metrics), free_(free), computable_(std::move(computable)), warn_(std::move(warn)) {
  for (const LimitConfig& limit : reward.limits) {
    const std::size_t metric = MetricIndex(metrics, limit.metric);
    if (std::erase(free_, metric) == 0 && metric < metrics.size()) { limited_.push_back(metric); }
  }
  warned_ = limited_.empty();
}

void RejectionWatch::OnEvaluation(const EvaluationRecord& evaluation) {
  if (warned_ || !evaluation.failure.empty() || IsOfKnownTrial(evaluation.id)) { return; }
  rejected_ += evaluation.rejected ? 1 : 0;
  if (rows_.size() < kMostRows) {
    rows_.emplace_back(evaluation.metrics.begin(), evaluation.metrics.end());
  }
  if (rows_.size() >= kLeast && 2 * rejected_ > rows_.size()) {
    warned_ = true;
    warn_(Warning());
    rows_.clear();
  }
}

std::string RejectionWatch::Warning() const {
  std::string names;
  for (const std::size_t metric : limited_) {
    names += (names.empty() ? "'" : ", '") + metrics_[metric].name + "'";
  }
  return std::to_string(rejected_) + " of the first " + std::to_string(rows_.size()) +
         " architectures were measured and then rejected by the limit on " + names +
         ", which has to be measured: each of them used up budget" + Advice();
}

std::string RejectionWatch::Advice() const {
  if (const auto free = BestFree()) {
    return "; '" + metrics_[*free].name +
           "' costs nothing and is correlated with it: limit that as well";
  }
  if (!free_.empty() || computable_.empty()) { return ""; }
  std::string names;
  for (const std::string& name : computable_) { names += (names.empty() ? "" : ", ") + name; }
  return "; metrics that the space computes cost nothing (oracle 'analytic': " + names +
         "): limit such a metric as well";
}

std::optional<std::size_t> RejectionWatch::BestFree() const {
  std::optional<std::size_t> best;
  double most = kLeastCorrelation;
  for (const std::size_t free : free_) {
    for (const std::size_t limited : limited_) {
      const double correlation = std::abs(Correlation(rows_, free, limited));
      if (correlation > most) {
        most = correlation;
        best = free;
      }
    }
  }
  return best;
}

}  // namespace lode::core
