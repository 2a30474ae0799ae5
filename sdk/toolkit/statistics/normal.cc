#include "toolkit/statistics/normal.h"

#include <algorithm>
#include <cmath>
#include <lode/math.hpp>
#include <span>

namespace lode::statistics {
namespace {

constexpr double kLogRootOfTwoPi = 0x1.d67f1c864beb5p-1;  // log(2 pi) / 2
constexpr double kNear = 2;  // below: a series; above: a continued fraction

// Phi(x) - 1/2 for 0 <= x <= kNear: phi(x) (x + x^3 / 3 + x^5 / (3 5) + ...).
double CentralProbability(double x) {
  double term = x, sum = x;
  for (int odd = 3; odd < 64; odd += 2) {
    term *= x * x / odd;
    sum += term;
  }
  return NormalDensity(x) * sum;
}

// 1 / (x + 2 / (x + 3 / (x + ...))) for x >= kNear. The tail's probability is phi(x) / (x + this).
double TailFraction(double x) {
  const double squared = std::min(x * x, 100.0);
  const int levels = 10 + static_cast<int>(400 / squared);  // the larger x, the fewer are enough
  double fraction = 0;
  for (int level = levels; level >= 1; --level) { fraction = level / (x + fraction); }
  return fraction;
}

// Coefficients of ascending powers.
double Polynomial(std::span<const double> coefficients, double x) {
  double sum = 0;
  for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) { sum = sum * x + *c; }
  return sum;
}

// The three ranges of AS 241: |p - 1/2| <= 0.425, and by r = sqrt(-log(tail)) up to 5 and beyond.
constexpr double kCentralAbove[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                    1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                    4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                    3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr double kCentralBelow[] = {1.0,
                                    4.2313330701600911252e+1,
                                    6.8718700749205790830e+2,
                                    5.3941960214247511077e+3,
                                    2.1213794301586595867e+4,
                                    3.9307895800092710610e+4,
                                    2.8729085735721942674e+4,
                                    5.2264952788528545610e+3};
constexpr double kTailAbove[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                 5.76949722146069140550e0,  3.64784832476320460504e0,
                                 1.27045825245236838258e0,  2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double kTailBelow[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
constexpr double kFarAbove[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double kFarBelow[] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};

// The quantile of 1 - tail, for tail <= 0.075.
double UpperQuantile(double tail) {
  const double r = std::sqrt(-math::Log(tail));
  if (r <= 5) { return Polynomial(kTailAbove, r - 1.6) / Polynomial(kTailBelow, r - 1.6); }
  return Polynomial(kFarAbove, r - 5) / Polynomial(kFarBelow, r - 5);
}

}  // namespace

double NormalDensity(double z) { return math::Exp(-z * z / 2 - kLogRootOfTwoPi); }

double NormalProbability(double z) {
  const double x = std::fabs(z);
  if (x <= kNear) { return 0.5 + std::copysign(CentralProbability(x), z); }
  const double tail = NormalDensity(x) / (x + TailFraction(x));
  return z < 0 ? tail : 1 - tail;
}

double NormalQuantile(double p) {
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * Polynomial(kCentralAbove, r) / Polynomial(kCentralBelow, r);
  }
  return q < 0 ? -UpperQuantile(p) : UpperQuantile(1 - p);
}

double LogExpectedExcess(double z) {
  if (z >= -kNear) { return math::Log(NormalDensity(z) + z * NormalProbability(z)); }
  // phi(x) - x phi(x) / (x + f) = phi(x) f / (x + f), without cancellation.
  const double x = -z, f = TailFraction(x);
  return -x * x / 2 - kLogRootOfTwoPi + math::Log(f / (x + f));
}

}  // namespace lode::statistics
