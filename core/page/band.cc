#include "core/page/band.h"

#include <algorithm>
#include <limits>

#include "core/compare/statistics.h"

namespace lode::core {
namespace {

std::vector<const Curve*> WithValues(std::span<const Curve> curves) {
  std::vector<const Curve*> with;
  for (const Curve& curve : curves) {
    if (!curve.improvements.empty()) { with.push_back(&curve); }
  }
  return with;
}

double StartOf(const std::vector<const Curve*>& curves) {
  double start = 0;
  for (const Curve* curve : curves) { start = std::max(start, curve->improvements.front().after); }
  return start;
}

// The best of an exhausted search stands for any budget.
double EndOf(const std::vector<const Curve*>& curves) {
  double end = std::numeric_limits<double>::infinity(), last = 0;
  for (const Curve* curve : curves) {
    last = std::max(last, curve->spent);
    if (!curve->exhausted) { end = std::min(end, curve->spent); }
  }
  return std::min(end, last);
}

std::vector<double> PlacesOf(const std::vector<const Curve*>& curves) {
  const double start = StartOf(curves), end = EndOf(curves);
  if (start > end) { return {}; }
  std::vector<double> places = {start, end};
  for (const Curve* curve : curves) {
    for (const Improvement& one : curve->improvements) {
      if (one.after > start && one.after < end) { places.push_back(one.after); }
    }
  }
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

// Keeps the first and the last.
std::vector<double> Thinned(const std::vector<double>& places, std::size_t most) {
  if (places.size() <= most) { return places; }
  std::vector<double> kept;
  for (std::size_t i = 0; i < most; ++i) {
    kept.push_back(places[i * (places.size() - 1) / (most - 1)]);
  }
  return kept;
}

}  // namespace

Band BandOf(std::span<const Curve> curves, std::size_t most) {
  const std::vector<const Curve*> with = WithValues(curves);
  Band band;
  if (with.empty()) { return band; }
  for (const double place : Thinned(PlacesOf(with), most)) {
    std::vector<double> values;
    for (const Curve* curve : with) {
      if (const auto value = curve->At(place)) { values.push_back(*value); }
    }
    if (values.size() < with.size()) { continue; }
    const Quartiles quartiles = QuartilesOf(std::move(values));
    band.at.push_back(place);
    band.lower.push_back(quartiles.lower);
    band.median.push_back(quartiles.median);
    band.upper.push_back(quartiles.upper);
  }
  band.seeds = with.size();
  return band;
}

}  // namespace lode::core
