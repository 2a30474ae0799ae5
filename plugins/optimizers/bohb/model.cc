#include "plugins/optimizers/bohb/model.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace bohb {

using lode::sampling::Choices;

Model::Model(const std::vector<lode::sampling::Row>& rows, std::size_t rungs,
             const Settings& settings)
    : rows_(rows), settings_(settings), results_(rungs) {}

void Model::Add(std::size_t rung, Choices choices, double reward) {
  if (good_ && rung < rung_) { return; }
  results_[rung].push_back({std::move(choices), reward});
  changed_ = true;
}

bool Model::Fit() {
  if (changed_) {
    for (std::size_t rung = results_.size(); rung-- > rung_;) {
      if (FitRung(rung)) { break; }
    }
    changed_ = false;
  }
  return good_.has_value();
}

std::vector<const Choices*> Model::Sorted(std::size_t rung) const {
  std::vector<const Result*> order;
  for (const Result& result : results_[rung]) { order.push_back(&result); }
  std::ranges::stable_sort(order, std::greater<>(), &Result::reward);
  std::vector<const Choices*> sorted;
  std::ranges::transform(order, std::back_inserter(sorted),
                         [](const Result* result) { return &result->choices; });
  return sorted;
}

// As hpbandster: the numbers of good and bad results are rounded down separately, and both must
// exceed the number of rows.
bool Model::FitRung(std::size_t rung) {
  const std::vector<const Choices*> sorted = Sorted(rung);
  const auto share = [&](double fraction) {
    const double count = std::floor(fraction * static_cast<double>(sorted.size()) + 1e-9);
    return std::max(settings_.min_points, static_cast<std::size_t>(count));
  };
  const std::size_t good = share(settings_.good_share);
  const std::size_t end = std::min(sorted.size(), good + share(1 - settings_.good_share));
  if (good <= rows_.size() || end <= good + rows_.size()) { return false; }
  const auto begin = sorted.begin(), middle = begin + static_cast<std::ptrdiff_t>(good);
  good_.emplace(rows_, std::vector(begin, middle), settings_.least_bandwidth);
  bad_.emplace(rows_, std::vector(middle, begin + static_cast<std::ptrdiff_t>(end)),
               settings_.least_bandwidth);
  rung_ = rung;
  return true;
}

double Model::Promise(std::span<const std::uint32_t> choices) const {
  constexpr double kLeast = 1e-32;  // hpbandster's
  return std::max(good_->Density(choices), kLeast) / std::max(bad_->Density(choices), kLeast);
}

}  // namespace bohb
