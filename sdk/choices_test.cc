#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <lode/choices.hpp>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <string>

#include "sdk/mixed_space.h"
#include "tests/failure.h"

namespace {

using lode::Architecture;
using lode::ChoiceSpace;
using lode::Decision;
using lode::test::FixedStream;
using ::testing::ElementsAre;

constexpr std::size_t kCells = 3 + 2 + 1 + 3 + 2;

const ChoiceSpace& Mixed() {
  static const ChoiceSpace space(MixedDecisions());
  return space;
}

Architecture Parse(std::string_view text) {
  Architecture out(kCells);
  Mixed().Parse(text, out);
  return out;
}

TEST(ChoiceSpace, DecisionsWithTheSameValuesShareAMatrix) {
  const auto matrices = Mixed().Matrices();
  ASSERT_EQ(matrices.size(), 4u);
  EXPECT_EQ(matrices[0].name, "choices_1");
  EXPECT_THAT(matrices[0].row_labels, ElementsAre("layer 1", "layer 2"));
  EXPECT_THAT(matrices[0].column_labels, ElementsAre("conv", "skip", "pool"));
  EXPECT_EQ(matrices[1].name, "choices_2");
  EXPECT_THAT(matrices[1].row_labels, ElementsAre("width"));
  EXPECT_EQ(matrices[2].name, "choices_3");
  EXPECT_EQ(matrices[3].name, "ends");
  EXPECT_DOUBLE_EQ(Mixed().Log10Size(), std::log10(3 * 2 * 1 * 3 * 2));
  const ChoiceSpace one(std::vector<Decision>{{"a", {"x", "y"}}, {"b", {"x", "y"}}});
  EXPECT_EQ(one.Matrices().front().name, "choices");
}

TEST(ChoiceSpace, RowsOfMatricesAreDecisions) {
  const std::vector<lode::Matrix> matrices = {{"normal", {"0", "1"}, {"a", "b"}},
                                              {"reduce", {"0"}, {"a", "b"}}};
  const ChoiceSpace space(lode::DecisionsOf(matrices));
  ASSERT_EQ(space.Matrices().size(), 2u);
  EXPECT_EQ(space.Matrices()[1].name, "reduce");
  EXPECT_THAT(space.Matrices()[0].row_labels, ElementsAre("0", "1"));
}

TEST(ChoiceSpace, TextIsInTheOrderOfDecisions) {
  // Cells: two layers, width, stem, head.
  const Architecture a = {0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1};
  EXPECT_EQ(Mixed().Format(a), "skip,16,plain,pool,32");
  EXPECT_EQ(Parse("skip,16,plain,pool,32"), a);
  EXPECT_THAT(Mixed().ChoicesOf(a), ElementsAre(1, 0, 0, 2, 1));
}

TEST(ChoiceSpace, ParseErrorsNameThePosition) {
  const struct {
    const char *text, *message;
  } kFaults[] = {
      {"", "column 1: expected a value of layer 1"},
      {",16", "column 1: expected a value of layer 1"},
      {"skp,16,plain,pool,32", "column 1: unknown value \"skp\" of layer 1 (nearest: \"skip\")"},
      {"skip,64", "column 6: unknown value \"64\" of width (nearest: \"16\")"},
      {"skip,16, plain", "column 9: unknown value \" plain\" of stem (nearest: \"plain\")"},
      {"skip,16", "column 8: expected \",\" and a value of stem, found the end"},
      {"skip,16,plain,pool,8", "column 20: unknown value \"8\" of ends head (nearest: \"16\")"},
      {"skip,16,plain,pool,32,", "column 22: expected the end, found \",\""},
      {"skip,16,plain,pool,32,1", "column 22: expected the end, found \",1\""},
  };
  for (const auto& [text, message] : kFaults) {
    EXPECT_EQ(lode::Failure([&, t = text] { Parse(t); }), message) << text;
  }
}

TEST(ChoiceSpace, RefusesBytesThatAreNotAnArchitecture) {
  Architecture a = Parse("conv,16,plain,conv,16");
  a[9] = 0;
  const std::string message = "row ends head does not have exactly one 1 among zeros";
  FixedStream stream(1);
  Architecture out(kCells);
  EXPECT_EQ(lode::Failure([&] { Mixed().Format(a); }), message);
  EXPECT_EQ(lode::Failure([&] { Mixed().Neighbours(a); }), message);
  EXPECT_EQ(lode::Failure([&] { Mixed().Mutate(stream.random(), a, out); }), message);
  EXPECT_EQ(lode::Failure([&] { Mixed().Crossover(stream.random(), a, a, out); }), message);
  EXPECT_EQ(lode::Failure([&] { Mixed().Resample(stream.random(), 0.5, a, out); }), message);
}

TEST(ChoiceSpace, RefusesInvalidDecisions) {
  const auto failure = [](const std::vector<Decision>& decisions) {
    return lode::Failure([&] { ChoiceSpace{decisions}; });
  };
  EXPECT_EQ(failure({}), "a space needs at least one decision");
  EXPECT_EQ(failure({{"", {"a"}}}), "a decision needs a name");
  EXPECT_EQ(failure({{"x", {}}}), "decision x has no values");
  EXPECT_EQ(failure({{"x", {"a", "b", "a"}}}), "decision x has the value \"a\" twice");
  EXPECT_EQ(failure({{"x", {"a", "b,c"}}}),
            "decision x: \"b,c\" is not a valid value: it is empty or contains \",\" or a control "
            "character");
  EXPECT_NE(failure({{"x", {"a", ""}}}), "");
  EXPECT_NE(failure({{"x", {"a\n"}}}), "");
  EXPECT_EQ(failure({{"x", {"a"}}, {"x", {"a"}}}), "two decisions are called x");
  EXPECT_EQ(failure({{"x", {"a"}, "m"}, {"y", {"b"}, "m"}}),
            "decision m y has different values from the rest of its matrix");
}

TEST(ChoiceSpace, DiscretizeTakesTheFirstOfTheLargest) {
  const std::vector<float> action = {-1, 3, 3, 0, 0, 0, -5, -4, 9, 1, 2};
  Architecture out(kCells);
  Mixed().Discretize(action, out);
  EXPECT_EQ(Mixed().Format(out), "skip,32,plain,conv,32");
}

TEST(ChoiceSpace, NeighboursAreAllThatDifferInOneDecision) {
  const Architecture from = Parse("skip,16,plain,pool,32");
  std::vector<std::string> texts;
  for (const Architecture& n : Mixed().Neighbours(from)) { texts.push_back(Mixed().Format(n)); }
  EXPECT_THAT(texts, ElementsAre("conv,16,plain,pool,32", "pool,16,plain,pool,32",
                                 "skip,32,plain,pool,32", "skip,16,plain,conv,32",
                                 "skip,16,plain,skip,32", "skip,16,plain,pool,16"));
}

// Each of the four decisions is drawn with probability 1/4, and its other values are equally
// likely.
TEST(ChoiceSpace, MutationDrawsTheDecisionThenTheValue) {
  FixedStream stream(3);
  const Architecture parent = Parse("skip,16,plain,pool,32");
  std::map<std::string, int> counts;
  constexpr int kDraws = 80'000;
  for (int n = 0; n < kDraws; ++n) {
    Architecture child(kCells);
    Mixed().Mutate(stream.random(), parent, child);
    ++counts[Mixed().Format(child)];
  }
  EXPECT_EQ(counts.size(), 6u);
  for (const char* half : {"skip,32,plain,pool,32", "skip,16,plain,pool,16"}) {
    EXPECT_NEAR(counts[half], kDraws / 4, 5 * std::sqrt(kDraws * 0.25 * 0.75)) << half;
  }
  for (const char* quarter : {"conv,16,plain,pool,32", "pool,16,plain,pool,32"}) {
    EXPECT_NEAR(counts[quarter], kDraws / 8, 5 * std::sqrt(kDraws * 0.125 * 0.875)) << quarter;
  }
}

TEST(ChoiceSpace, CrossoverMixesAndResampleRedraws) {
  FixedStream stream(5);
  const Architecture mother = Parse("conv,16,plain,conv,16");
  const Architecture father = Parse("pool,32,plain,pool,32");
  std::set<std::string> children, redrawn;
  for (int n = 0; n < 1000; ++n) {
    Architecture child(kCells), same(kCells), drawn(kCells);
    Mixed().Crossover(stream.random(), mother, father, child);
    children.insert(Mixed().Format(child));
    Mixed().Resample(stream.random(), 0, mother, same);
    EXPECT_EQ(same, mother);
    Mixed().Resample(stream.random(), 1, mother, drawn);
    redrawn.insert(Mixed().Format(drawn));
  }
  EXPECT_EQ(children.size(), 16u);
  EXPECT_EQ(redrawn.size(), 36u);
}

TEST(ChoiceSpace, ASpaceOfOneArchitectureHasNoMutation) {
  const ChoiceSpace space(std::vector<Decision>{{"a", {"x"}}, {"b", {"y"}}});
  const Architecture only = {1, 1};
  Architecture out(2);
  FixedStream stream(1);
  EXPECT_EQ(lode::Failure([&] { space.Mutate(stream.random(), only, out); }),
            "no decision of this space has more than one value");
  EXPECT_TRUE(space.Neighbours(only).empty());
  EXPECT_EQ(space.Log10Size(), 0);
}

// ---- the contract

// tests/verify checks the rest.
TEST(ChoiceSpace, HasTheFunctionsThatItsClassHas) {
  const lode_component* all[] = {
      lode::SpaceComponent<MixedSpace>("mixed", "1.0.0", "Decisions of all kinds."),
      lode::SpaceComponent<lode::test::TinySpace>("tiny", "1.0.0", "Four decisions.")};
  for (const lode_component* c : all) {
    EXPECT_TRUE(LODE_HAS(static_cast<const lode_space_api*>(c->api), resample));
    EXPECT_FALSE(LODE_HAS(static_cast<const lode_space_api*>(c->api), canonical));
  }
}

TEST(BoundSpace, IsReadyToBind) {
  const lode::test::BoundSpace<> tiny;
  EXPECT_EQ(tiny.space().cells(), 12u);
  const lode::test::FixedHost host;
  const Architecture drawn = tiny.space().Sample(host.host().Random());
  EXPECT_EQ(tiny.space().Parse(tiny.space().Format(drawn)), drawn);
}

}  // namespace
