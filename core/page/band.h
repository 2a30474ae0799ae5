// The curves of several seeds as one: median and quartiles.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/compare/curve.h"

namespace lode::core {

// Steps: between two places, the values are those of the first one. The seeds are the same at every
// place.
struct Band {
  std::vector<double> at;                    // what was spent, ascending
  std::vector<double> lower, median, upper;  // over the seeds
  std::size_t seeds = 0;
};

inline constexpr std::size_t kBandPlaces = 600;

// Returns the quartiles (statistics.h) of Curve::At where the value of some seed changes, and at
// the end: from where every seed has found something to where the first one ends. Curves without a
// value are left out. Of more than `most` places, keeps as many, evenly spread.
Band BandOf(std::span<const Curve> curves, std::size_t most = kBandPlaces);

}  // namespace lode::core
