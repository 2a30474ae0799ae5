#include "plugins/optimizers/bo/acquisition.h"

#include <algorithm>
#include <limits>
#include <lode/math.hpp>

#include "toolkit/statistics/normal.h"

namespace bo {

double LogExpectedImprovement(const Normal& y, double best) {
  const double gain = y.mean - best;
  if (y.deviation > 0) {
    return lode::math::Log(y.deviation) + lode::statistics::LogExpectedExcess(gain / y.deviation);
  }
  return gain > 0 ? lode::math::Log(gain) : -std::numeric_limits<double>::infinity();
}

double ExpectedExcess(const Normal& y, double level) {
  return lode::math::Exp(LogExpectedImprovement(y, level));
}

Hypervolume::Hypervolume(std::span<const Pair> points, const Pair& reference)
    : floor_(reference[1]) {
  std::vector<Pair> front;
  for (const Pair& p : points) {
    if (p[0] > reference[0] && p[1] > reference[1]) { front.push_back(p); }
  }
  std::ranges::sort(front);
  // From the right: a point belongs to the front if it is higher than all to its right.
  double height = reference[1], end = std::numeric_limits<double>::infinity();
  for (auto p = front.rbegin(); p != front.rend(); ++p) {
    if ((*p)[1] <= height) { continue; }
    if ((*p)[0] < end) { strips_.push_back({(*p)[0], height}); }
    end = (*p)[0];
    height = (*p)[1];
  }
  strips_.push_back({reference[0], height});
  std::ranges::reverse(strips_);
}

double Hypervolume::area() const {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < strips_.size(); ++i) {
    sum += (strips_[i + 1].begin - strips_[i].begin) * (strips_[i].height - floor_);
  }
  return sum;
}

double Hypervolume::ExpectedImprovement(const Normal& y1, const Normal& y2) const {
  double sum = 0, beyond = ExpectedExcess(y1, strips_[0].begin);
  for (std::size_t i = 0; i < strips_.size(); ++i) {
    const bool last = i + 1 == strips_.size();
    const double next = last ? 0 : ExpectedExcess(y1, strips_[i + 1].begin);
    sum += (beyond - next) * ExpectedExcess(y2, strips_[i].height);
    beyond = next;
  }
  return sum;
}

}  // namespace bo
