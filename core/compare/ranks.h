// Ranks of values, as the tests by ranks use them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lode::core {

// Returns the positions of the values, the smallest first; of equal values the first comes first.
std::vector<std::size_t> AscendingOrder(std::span<const double> values);

// Returns the rank of each value, 1 for the smallest. Equal values share the mean of their ranks.
std::vector<double> MidRanks(std::span<const double> values);

// Returns the sum of t^3 - t over the groups of t equal values: what ties take from a variance.
double TieTerm(std::span<const double> values);

}  // namespace lode::core
