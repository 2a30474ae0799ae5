#include "core/compare/ranks.h"

#include <algorithm>
#include <numeric>

namespace lode::core {
namespace {

// Calls `use(first, last)` for each group of equal values in a sorted order of positions.
template <class Use>
void ForEachTie(std::span<const double> values, const std::vector<std::size_t>& order, Use use) {
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) { ++last; }
    use(first, last);
  }
}

}  // namespace

std::vector<std::size_t> AscendingOrder(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  return order;
}

std::vector<double> MidRanks(std::span<const double> values) {
  const std::vector<std::size_t> order = AscendingOrder(values);
  std::vector<double> ranks(values.size());
  ForEachTie(values, order, [&](std::size_t first, std::size_t last) {
    const double mean = static_cast<double>(first + last + 1) / 2;
    for (std::size_t i = first; i < last; ++i) { ranks[order[i]] = mean; }
  });
  return ranks;
}

double TieTerm(std::span<const double> values) {
  double term = 0;
  ForEachTie(values, AscendingOrder(values), [&](std::size_t first, std::size_t last) {
    const auto count = static_cast<double>(last - first);
    term += count * count * count - count;
  });
  return term;
}

}  // namespace lode::core
