// How much is expected to be gained by measuring an architecture whose value is normally
// distributed. Larger values are better everywhere.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace bo {

struct Normal {
  double mean = 0;
  double deviation = 1;  // >= 0
};

// log E[max(Y - best, 0)]: finite also where the expectation underflows, so that candidates remain
// ranked; minus infinity if it is exactly 0. Grows with both mean and deviation. Ament et al.,
// Unexpected Improvements to Expected Improvement for Bayesian Optimization, NeurIPS 2023.
double LogExpectedImprovement(const Normal& y, double best);

// E[max(Y - level, 0)].
double ExpectedExcess(const Normal& y, double level);

using Pair = std::array<double, 2>;

// The area, above a reference point, that a set of points dominates, and how much an uncertain
// point is expected to add. Emmerich, Deutz and Klinkenberg, Hypervolume-based expected
// improvement, IEEE CEC 2011: exact for two independent normals, in time linear in the front.
class Hypervolume {
 public:
  // Points that do not exceed the reference in both goals have no part in it.
  Hypervolume(std::span<const Pair> points, const Pair& reference);

  double area() const;
  // E[area with (Y1, Y2) - area].
  double ExpectedImprovement(const Normal& y1, const Normal& y2) const;

 private:
  // The part of the plane from this first goal to that of the next strip, in which the front is at
  // `height` in the second. The last strip has no end and the reference's height.
  struct Strip {
    double begin;
    double height;
  };

  std::vector<Strip> strips_;
  double floor_;  // the reference's second goal
};

}  // namespace bo
