#include "plugins/optimizers/reinforce/policy.h"

#include <algorithm>
#include <cmath>

namespace reinforce {
namespace {

using lode::sampling::Row;

std::size_t CellsOf(const std::vector<Row>& rows) {
  return rows.back().first + rows.back().columns;
}

double Gumbel(lode::Random random) {
  return -lode::math::Log(-lode::math::Log(1 - random.Uniform()) + 0x1p-60);
}

}  // namespace

Policy::Policy(lode::sampling::Rows rows)
    : rows_(std::move(rows)),
      logits_(CellsOf(rows_.list())),
      first_moment_(logits_.size()),
      second_moment_(logits_.size()) {}

void Policy::Initialize(lode::Random random, double deviation) {
  std::ranges::generate(logits_, [&] { return deviation * random.Normal(); });
}

lode::Action Policy::Draw(lode::Random random) const {
  lode::Action action;
  action.reserve(logits_.size());
  for (const double logit : logits_) {
    action.push_back(static_cast<float>(logit + Gumbel(random)));
  }
  return action;
}

double Policy::LogSum(const Row& row) const {
  const auto logits = std::span(logits_).subspan(row.first, row.columns);
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const double logit : logits) { sum += lode::math::Exp(logit - largest); }
  return largest + lode::math::Log(sum);
}

// The largest cell m of a row is at k with the probability p(k) = exp(logit(k) - s), where s is
// LogSum(), and m - s has the standard Gumbel distribution, whose logarithm of the density is
// -(m - s) - exp(-(m - s)). The gradient of s is p.
std::vector<double> Policy::Score(lode::ActionView action) const {
  std::vector<double> score(logits_.size());
  for (const Row& row : rows_.list()) {
    const auto cells = action.subspan(row.first, row.columns);
    const auto largest = std::ranges::max_element(cells);
    const double sum = LogSum(row);
    const double pull = row.competes ? 1 - lode::math::Exp(sum - static_cast<double>(*largest)) : 0;
    for (std::size_t c = row.first; c < row.first + row.columns; ++c) {
      score[c] = (pull - 1) * lode::math::Exp(logits_[c] - sum);
    }
    score[row.first + static_cast<std::size_t>(largest - cells.begin())] += 1;
  }
  return score;
}

void Policy::Ascend(std::span<const double> gradient, double learning_rate) {
  const auto t = static_cast<double>(++steps_);
  const double rate = learning_rate / (1 - lode::math::Pow(kBeta1, t));
  const double correction = 1 - lode::math::Pow(kBeta2, t);
  for (std::size_t i = 0; i < logits_.size(); ++i) {
    first_moment_[i] = kBeta1 * first_moment_[i] + (1 - kBeta1) * gradient[i];
    second_moment_[i] = kBeta2 * second_moment_[i] + (1 - kBeta2) * gradient[i] * gradient[i];
    logits_[i] += rate * first_moment_[i] / (std::sqrt(second_moment_[i] / correction) + kEpsilon);
  }
}

}  // namespace reinforce
