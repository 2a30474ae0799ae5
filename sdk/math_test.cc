// Compares with 50 digits of Boost.Multiprecision, and with bits recorded once.
#include <gtest/gtest.h>

#include <bit>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <lode/testing.hpp>
#include <vector>

namespace lode {
namespace {

using Exact = boost::multiprecision::cpp_bin_float_50;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kCount = 2000;

// In units in the last place of the double nearest to the exact value.
double ErrorOf(double value, const Exact& exact) {
  const double nearest = static_cast<double>(exact);
  const double unit = std::nextafter(std::abs(nearest), kInfinity) - std::abs(nearest);
  return static_cast<double>(abs(Exact(value) - exact) / Exact(unit));
}

class MathTest : public testing::Test {
 protected:
  // This program may have been compiled for processors that fuse multiplications and additions.
  void SetUp() override {
#if defined(__FMA__)
    if (!__builtin_cpu_supports("fma")) {
      GTEST_SKIP() << "this processor has no fused operations";
    }
#endif
  }

  double Uniform(double low, double high) const { return random_.Uniform(low, high); }
  // A number of any magnitude.
  double Positive() const {
    const int exponent =
        Exponent();  // first: compilers differ in the order they evaluate arguments
    return std::ldexp(1 + random_.Uniform(), exponent);
  }

 private:
  int Exponent() const { return static_cast<int>(random_.Below(2045)) - 1022; }

  test::RandomStream stream_{1, "math_test"};
  const Random random_ = stream_.random();
};

TEST_F(MathTest, ExpIsAccurate) {
  for (int i = 0; i < kCount; ++i) {
    const double x = i % 2 == 0 ? Uniform(-700, 700) : Uniform(-1, 1);
    EXPECT_LT(ErrorOf(math::Exp(x), exp(Exact(x))), 0.6) << x;
  }
  EXPECT_EQ(math::Exp(0), 1);
  EXPECT_EQ(math::Exp(709.79), kInfinity);
  EXPECT_EQ(math::Exp(kInfinity), kInfinity);
  EXPECT_EQ(math::Exp(-745), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(math::Exp(-746.5), 0);
  EXPECT_EQ(math::Exp(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(math::Exp(kNaN)));
}

TEST_F(MathTest, LogIsAccurate) {
  for (int i = 0; i < kCount; ++i) {
    const double x = i % 2 == 0 ? Positive() : Uniform(0.9, 1.1);
    EXPECT_LT(ErrorOf(math::Log(x), log(Exact(x))), 0.51) << x;
    EXPECT_LT(ErrorOf(math::Log10(x), log10(Exact(x))), 0.51) << x;
  }
  EXPECT_EQ(math::Log(1), 0);
  EXPECT_EQ(math::Log10(1000), 3);
  const double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_LT(ErrorOf(math::Log(smallest), log(Exact(smallest))), 0.51);
  for (const auto log : {math::Log, math::Log10}) {
    EXPECT_EQ(log(0), -kInfinity);
    EXPECT_EQ(log(kInfinity), kInfinity);
    EXPECT_TRUE(std::isnan(log(-1)));
    EXPECT_TRUE(std::isnan(log(kNaN)));
  }
}

TEST_F(MathTest, PowIsAccurate) {
  for (int i = 0; i < kCount; ++i) {
    const double base = i % 2 == 0 ? 100 : Positive();
    const double exponent = Uniform(-1, 1);
    EXPECT_LT(ErrorOf(math::Pow(base, exponent), pow(Exact(base), Exact(exponent))), 0.6)
        << base << ' ' << exponent;
  }
  EXPECT_LT(ErrorOf(math::Pow(0.999, 700000), pow(Exact(0.999), 700000)), 0.6);
  EXPECT_EQ(math::Pow(100, 0.5), 10);
  EXPECT_EQ(math::Pow(10, 22), 1e22);
}

// C23, annex F.10.4.4, as std::pow implements it.
TEST_F(MathTest, PowAcceptsTheArgumentsOfStdPow) {
  const std::vector<double> bases = {0.0,  1,    -1,        2,          -2,  0.5,
                                     -0.5, -0.0, kInfinity, -kInfinity, kNaN};
  const std::vector<double> exponents = {0.0,  -0.0, 1,    -1,        2,          -2,  0.5,
                                         -0.5, 3,    1e18, kInfinity, -kInfinity, kNaN};
  for (const double base : bases) {
    for (const double exponent : exponents) {
      const double ours = math::Pow(base, exponent), theirs = std::pow(base, exponent);
      EXPECT_TRUE(std::bit_cast<std::uint64_t>(ours) == std::bit_cast<std::uint64_t>(theirs) ||
                  (std::isnan(ours) && std::isnan(theirs)) ||
                  (std::isfinite(ours) && ErrorOf(ours, theirs) <= 1))
          << base << ' ' << exponent << ": " << ours << ' ' << theirs;
    }
  }
}

TEST_F(MathTest, CosPiIsAccurate) {
  const Exact pi = boost::math::constants::pi<Exact>();
  for (int i = 0; i < kCount; ++i) {
    const double x = Uniform(-2, 2);
    EXPECT_LT(ErrorOf(math::CosPi(x), cos(pi * Exact(x))), 0.8) << x;
  }
  EXPECT_EQ(math::CosPi(0), 1);
  EXPECT_EQ(math::CosPi(0.5), 0);
  EXPECT_EQ(math::CosPi(1), -1);
  EXPECT_EQ(math::CosPi(1.5), 0);
  EXPECT_EQ(math::CosPi(1e15 + 1), -1);
  EXPECT_EQ(math::CosPi(1e300), 1);
  EXPECT_TRUE(std::isnan(math::CosPi(kInfinity)));
}

// The expected number was computed once. A processor, compiler, C library or flag that gives a
// different one would also give different searches.
TEST_F(MathTest, BitsAreTheSameEverywhere) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](double value) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3u;
  };
  for (int i = 0; i < kCount; ++i) {
    const double x = Uniform(-2, 2), positive = Positive();
    for (const double value : {math::Exp(100 * x), math::Log(positive), math::Log10(positive),
                               math::Pow(positive, x), math::CosPi(x)}) {
      add(value);
    }
  }
  EXPECT_EQ(hash, 0x7205c2fe49f6430u);
}

}  // namespace
}  // namespace lode
