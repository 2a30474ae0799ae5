#include "plugins/optimizers/bo/model.h"

#include <gtest/gtest.h>

#include <limits>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace bo {
namespace {

constexpr double kWorst = -std::numeric_limits<double>::infinity();
constexpr Model::Settings kSettings = {.capacity = 500, .clip = 0.3, .believe = true};

class ModelTest : public testing::Test {
 protected:
  Model Make(const Model::Settings& settings = kSettings) const {
    return Model(features_.layout(), settings);
  }
  lode::Architecture Parse(const std::string& text) const { return grid_.space().Parse(text); }
  Row RowOf(const std::string& text) const { return features_.Extract(Parse(text)); }
  Observation Of(const std::string& text, const std::vector<double>& objectives) const {
    return {Parse(text), RowOf(text), objectives};
  }
  std::string Choose(const Model& model, const std::vector<std::string>& candidates) const {
    std::vector<Candidate> list;
    for (const std::string& c : candidates) { list.push_back({Parse(c), RowOf(c), {}, 0}); }
    return candidates[model.Choose(list)];
  }
  // Observes 60 random architectures by the sum of their first four decisions, and the negative sum
  // of the last two.
  void ObserveSums(Model& model, lode::Random random, std::size_t goals = 1) {
    for (int i = 0; i < 60; ++i) {
      const lode::Architecture a = grid_.space().Sample(random);
      const std::string text = grid_.space().Format(a);
      double first = 0, last = 0;
      for (std::size_t d = 0; d < 6; ++d) { (d < 4 ? first : last) += text[2 * d] - '0'; }
      model.Add(Of(text, goals == 1 ? std::vector{first - last} : std::vector{first, -last}));
    }
  }

  const lode::test::Grid grid_{6, 4};
  lode::test::FixedStream stream_{1};
  const FeatureExtractor features_{grid_.space(), stream_.random()};
};

TEST_F(ModelTest, PrefersWhatResemblesTheBest) {
  Model model = Make();
  ObserveSums(model, stream_.random());
  model.Update({}, stream_.random());
  EXPECT_EQ(Choose(model, {"0-0-1-0-3-3", "1-1-1-1-2-2", "3-3-3-3-0-0"}), "3-3-3-3-0-0");
}

// The bounds by which most candidates are skipped never hide the best: the choice among many is the
// choice between it and each other alone.
TEST_F(ModelTest, TheChoiceAmongManyWinsEveryPair) {
  Model model = Make();
  ObserveSums(model, stream_.random());
  model.Update({}, stream_.random());
  std::vector<std::string> candidates;
  for (int i = 0; i < 200; ++i) {
    candidates.push_back(grid_.space().Format(grid_.space().Sample(stream_.random())));
  }
  const std::string chosen = Choose(model, candidates);
  for (const std::string& other : candidates) {
    if (RowOf(other) != RowOf(chosen)) { EXPECT_EQ(Choose(model, {other, chosen}), chosen); }
  }
}

TEST_F(ModelTest, BestAreObservedAndBestFirst) {
  Model model = Make();
  model.Add(Of("0-0-0-0-0-0", {1}));
  model.Add(Of("1-0-0-0-0-0", {3}));
  model.Add(Of("2-0-0-0-0-0", {kWorst}));
  model.Add(Of("3-0-0-0-0-0", {2}));
  model.Update({}, stream_.random());
  EXPECT_EQ(model.Best(2), (std::vector{Parse("1-0-0-0-0-0"), Parse("3-0-0-0-0-0")}));
  EXPECT_EQ(model.Best(9).size(), 4u);
}

TEST_F(ModelTest, BestAreOfDifferentValuesFirst) {
  Model model = Make({.capacity = 500, .clip = 0, .believe = true});
  model.Add(Of("0-0-0-0-0-0", {2}));
  model.Add(Of("1-0-0-0-0-0", {3}));
  model.Add(Of("2-0-0-0-0-0", {3}));
  model.Add(Of("3-0-0-0-0-0", {1}));
  model.Add(Of("0-1-0-0-0-0", {3}));
  model.Update({}, stream_.random());
  EXPECT_EQ(model.Best(2), (std::vector{Parse("0-1-0-0-0-0"), Parse("0-0-0-0-0-0")}));
  EXPECT_EQ(model.Best(4)[3], Parse("2-0-0-0-0-0"));
}

TEST_F(ModelTest, WhatIsNoLongerUnderWayIsForgotten) {
  Model model = Make(), other = Make();
  lode::test::FixedStream same(2), again(2);
  ObserveSums(model, same.random());
  ObserveSums(other, again.random());
  const Row pending = RowOf("3-3-3-2-0-0");
  model.Update(std::vector<const Row*>{&pending}, stream_.random());
  model.Update({}, stream_.random());
  other.Update({}, stream_.random());
  for (int i = 0; i < 20; ++i) {
    const std::string a = grid_.space().Format(grid_.space().Sample(stream_.random()));
    const std::string b = grid_.space().Format(grid_.space().Sample(stream_.random()));
    EXPECT_EQ(Choose(model, {a, b}), Choose(other, {a, b}));
  }
}

TEST_F(ModelTest, TwoGoalsAreWeighedByTheArea) {
  Model model = Make();
  ObserveSums(model, stream_.random(), 2);
  model.Update({}, stream_.random());
  EXPECT_EQ(Choose(model, {"0-0-0-0-3-3", "3-3-3-3-0-0", "0-1-0-0-2-3"}), "3-3-3-3-0-0");
}

// Each goal alone is best at one place; random weights find both.
TEST_F(ModelTest, ThreeGoalsAreWeighedAtRandom) {
  Model model = Make();
  const lode::Random random = stream_.random();
  for (int i = 0; i < 60; ++i) {
    const std::string text = grid_.space().Format(grid_.space().Sample(random));
    const double a = text[0] - '0', b = text[2] - '0';
    model.Add(Of(text, {a - b, b - a, 0.1 * (text[4] - '0')}));
  }
  std::set<std::string> chosen;
  for (int i = 0; i < 20; ++i) {
    model.Update({}, random);
    chosen.insert(Choose(model, {"3-0-3-1-1-1", "0-3-3-1-1-1", "0-0-0-1-1-1"}));
  }
  EXPECT_TRUE(chosen.contains("3-0-3-1-1-1"));
  EXPECT_TRUE(chosen.contains("0-3-3-1-1-1"));
}

TEST_F(ModelTest, PastItsCapacityKeepsTheBestAndChoosesAsBefore) {
  Model model = Make({.capacity = 32, .clip = 0.3, .believe = true});
  std::vector<std::string> all;
  for (int step = 0; step < 4; ++step) {
    ObserveSums(model, stream_.random());
    model.Update({}, stream_.random());
  }
  model.Add(Of("3-3-3-3-0-0", {100}));
  for (int step = 0; step < 4; ++step) {
    ObserveSums(model, stream_.random());
    model.Update({}, stream_.random());
    EXPECT_EQ(model.Best(1)[0], Parse("3-3-3-3-0-0"));
    EXPECT_EQ(Choose(model, {"0-0-1-0-3-3", "1-1-1-1-2-2", "3-3-3-3-0-1"}), "3-3-3-3-0-1");
  }
}

}  // namespace
}  // namespace bo
