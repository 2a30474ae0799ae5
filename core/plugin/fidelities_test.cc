#include "core/plugin/fidelities.h"

#include <gtest/gtest.h>

#include <limits>
#include <utility>
#include <vector>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

lode_fidelities List(const std::vector<double>& values) {
  return {sizeof(lode_fidelities), static_cast<std::uint32_t>(values.size()), values.data(), 0};
}

lode_fidelities Range(double min) { return {sizeof(lode_fidelities), 0, nullptr, min}; }

// Returns the error of a declaration, or "" if it is taken.
std::string Refusal(const lode_fidelities& declared) {
  try {
    ReadFidelities(declared, "oracle 'x'");
    return "";
  } catch (const DeclarationError& e) { return e.what(); }
}

TEST(Fidelities, AListServesItsValuesOnly) {
  const Fidelities list = ReadFidelities(List({0.06, 0.5, 1}), "oracle 'x'");
  for (const double served : {0.06, 0.5, 1.0}) { EXPECT_TRUE(list.Serves(served)) << served; }
  for (const double other : {0.0, 0.055, 0.75, 1.5, -1.0, kNaN, kInfinity}) {
    EXPECT_FALSE(list.Serves(other)) << other;
  }
  EXPECT_EQ(list.lowest(), 0.06);
}

TEST(Fidelities, ARangeServesAllFromItsLowest) {
  const Fidelities range = ReadFidelities(Range(0.1), "oracle 'x'");
  for (const double served : {0.1, 0.3, 1.0}) { EXPECT_TRUE(range.Serves(served)) << served; }
  for (const double other : {0.0999, 0.0, 1.0001, kNaN, kInfinity}) {
    EXPECT_FALSE(range.Serves(other)) << other;
  }
}

TEST(Fidelities, OnlyOneIsTheSameHoweverItIsSaid) {
  EXPECT_EQ(Fidelities(), Fidelities::List({1}));
  EXPECT_EQ(Fidelities(), Fidelities::Range(1));
  EXPECT_NE(Fidelities(), Fidelities::Range(0.5));
  EXPECT_NE(Fidelities::List({0.5, 1}), Fidelities::Range(0.5));
}

TEST(Fidelities, AMalformedDeclarationIsRefused) {
  EXPECT_EQ(Refusal(List({0.5, 1})), "");
  EXPECT_EQ(Refusal(List({0.06, 0.5})),
            "oracle 'x': its fidelities: the last of a list of fidelities is 1");
  EXPECT_EQ(Refusal(List({0.5, 0.5, 1})),
            "oracle 'x': its fidelities: fidelities are above 0 and ascend, but number 2 is "
            "0.500000");
  for (const auto& values : std::vector<std::vector<double>>{
           {0, 1}, {-1, 1}, {kNaN, 1}, {0.5, kNaN, 1}, {0.5, kNaN}, {0.5, 2}, {1, 1}, {2, 1}}) {
    EXPECT_NE(Refusal(List(values)), "") << values.front();
  }
  for (const double min : {0.0, -0.5, 1.5, kNaN, kInfinity}) {
    EXPECT_NE(Refusal(Range(min)), "") << min;
  }
  EXPECT_EQ(Refusal({sizeof(lode_fidelities), 2, nullptr, 0}),
            "oracle 'x': declares 2 fidelities without their values");
}

TEST(Fidelities, IntersectionHasWhatBothServe) {
  const Fidelities list = Fidelities::List({0.06, 0.25, 0.5, 1});
  const Fidelities range = Fidelities::Range(0.25);
  const std::pair<Fidelities, Fidelities> cases[] = {
      {Intersection(list, Fidelities::List({0.25, 0.75, 1})), Fidelities::List({0.25, 1})},
      {Intersection(list, range), Fidelities::List({0.25, 0.5, 1})},
      {Intersection(range, list), Fidelities::List({0.25, 0.5, 1})},
      {Intersection(range, Fidelities::Range(0.1)), range},
      {Intersection(list, Fidelities()), Fidelities()},
      {Intersection(range, Fidelities()), Fidelities()}};
  for (const auto& [found, expected] : cases) {
    EXPECT_EQ(found, expected) << FormatFidelities(found);
  }
}

TEST(Fidelities, AreFormattedAsPeopleWriteThem) {
  EXPECT_EQ(FormatFidelities(Fidelities()), "1");
  EXPECT_EQ(FormatFidelities(Fidelities::List({0.06, 1})), "0.06, 1");
  EXPECT_EQ(FormatFidelities(Fidelities::Range(0.1)), "0.1 to 1");
}

}  // namespace
}  // namespace lode::core
