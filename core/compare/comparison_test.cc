// Comparisons of synthetic runs, of which is known how they differ.
#include "core/compare/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lode::core {
namespace {

using testing::ElementsAre;

// Normal variables, by inversion of a linear congruential generator (Knuth's MMIX).
class Normals {
 public:
  explicit Normals(std::uint64_t seed) : state_(seed) {
    for (int i = 0; i < 5; ++i) { Next(); }
  }

  double Next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    const double uniform = (static_cast<double>(state_ >> 11) + 0.5) * 0x1p-53;
    return quantile(boost::math::normal(), uniform);
  }

 private:
  std::uint64_t state_;
};

MetricDeclaration Metric(lode_direction direction = LODE_MAXIMIZE) {
  return {"accuracy", "percent", "", direction, LODE_SPLIT_VALIDATION, "cifar10", 200, false};
}

// A run of 100 steps that finds half of its gain over 50 at step 20 and the rest at step 60.
ComparedRun RunTo(std::uint64_t seed, double value) {
  const Curve curve{{{0, 1, 50}, {19, 20, (50 + value) / 2}, {59, 60, value}}, 100, false};
  return {seed, curve, 2, 100};
}

ComparedMethod MethodOf(std::string name, const std::vector<double>& values,
                        std::uint64_t first_seed = 0) {
  ComparedMethod method{std::move(name), {}};
  for (const double value : values) { method.runs.push_back(RunTo(first_seed++, value)); }
  return method;
}

ComparedMethod NormalMethod(std::string name, double mean, std::size_t seeds, Normals& normals,
                            std::uint64_t first_seed = 0) {
  std::vector<double> values;
  for (std::size_t i = 0; i < seeds; ++i) { values.push_back(mean + normals.Next()); }
  return MethodOf(std::move(name), values, first_seed);
}

ComparedTask TaskOf(std::vector<ComparedMethod> methods) {
  return {"a task", Metric(), std::nullopt, false, std::move(methods)};
}

Comparison CompareOne(ComparedTask task, std::vector<double> budgets = {100},
                      std::optional<std::string> baseline = std::nullopt) {
  std::vector<ComparedTask> tasks;
  tasks.push_back(std::move(task));
  return Compare(
      std::move(tasks),
      {.axis = Axis::kSteps, .budgets = std::move(budgets), .baseline = std::move(baseline)});
}

// Two standard deviations apart, a value of the better one is larger with a probability of
// Phi(2 / sqrt(2)) = 0.921.
TEST(Comparison, KnownDifferencesAreReported) {
  Normals normals(1);
  const Comparison comparison = CompareOne(
      TaskOf({NormalMethod("good", 90, 20, normals), NormalMethod("bad", 88, 20, normals),
              NormalMethod("same", 90, 20, normals)}));
  const TaskComparison& of = comparison.tasks.front();
  ASSERT_EQ(of.pairs.size(), 3u);
  const PairResult &good_bad = of.pairs[0], &good_same = of.pairs[1], &bad_same = of.pairs[2];
  EXPECT_EQ(good_bad.verdict, Verdict::kFirstBetter);
  EXPECT_EQ(good_same.verdict, Verdict::kNoDifference);
  EXPECT_EQ(bad_same.verdict, Verdict::kSecondBetter);
  EXPECT_TRUE(good_bad.paired);
  EXPECT_NEAR(good_bad.larger, 0.921, 0.08);
  EXPECT_LE(good_bad.interval->low, 2);
  EXPECT_GE(good_bad.interval->high, 2);
  EXPECT_GT(good_bad.interval->low, 0);
  ASSERT_TRUE(of.ranking.has_value());
  EXPECT_LT(of.ranking->test.p, 0.001);
  ASSERT_EQ(of.ranking->groups.size(), 1u);
  EXPECT_THAT(of.ranking->groups.front(), testing::UnorderedElementsAre(0, 2));
}

TEST(Comparison, LessIsBetterIfTheMetricSaysSo) {
  Normals normals(2);
  ComparedTask task =
      TaskOf({NormalMethod("small", 10, 12, normals), NormalMethod("large", 14, 12, normals, 50)});
  task.metric = Metric(LODE_MINIMIZE);
  const TaskComparison of = CompareOne(std::move(task)).tasks.front();
  EXPECT_EQ(of.pairs.front().verdict, Verdict::kFirstBetter);
  EXPECT_FALSE(of.pairs.front().paired);
  EXPECT_GT(of.pairs.front().larger, 0.95);
  EXPECT_LT(of.pairs.front().difference, 0);
  EXPECT_FALSE(of.ranking.has_value()) << "other seeds";
}

// A method against itself over fresh seeds. Without a correction, four methods at two budgets would
// show a difference far more often.
struct SelfComparison {
  std::size_t methods;
  bool fresh_seeds;
  std::vector<double> budgets;
};

class SelfComparisonTest : public testing::TestWithParam<SelfComparison> {};

TEST_P(SelfComparisonTest, ShowsADifferenceAtMostInTheStatedShare) {
  const auto& [methods, fresh_seeds, budgets] = GetParam();
  constexpr int kRepetitions = 200;
  Normals normals(7);
  int reported = 0, uncorrected = 0;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    std::vector<ComparedMethod> all;
    for (std::size_t m = 0; m < methods; ++m) {
      all.push_back(
          NormalMethod("m" + std::to_string(m), 90, 10, normals, fresh_seeds ? 10 * m : 0));
    }
    const Comparison comparison =
        Compare({TaskOf(std::move(all))}, {.budgets = budgets, .resamples = 1});
    const auto& pairs = comparison.tasks.front().pairs;
    const auto differs = [](const PairResult& p) { return p.verdict != Verdict::kNoDifference; };
    const auto seems = [&](const PairResult& p) { return p.p <= comparison.settings.alpha; };
    reported += std::ranges::any_of(pairs, differs) ? 1 : 0;
    uncorrected += std::ranges::any_of(pairs, seems) ? 1 : 0;
  }
  EXPECT_LE(reported, kRepetitions * 0.05);
  EXPECT_GE(uncorrected, reported);
  if (methods > 2) {
    EXPECT_GT(uncorrected, kRepetitions * 0.1) << "the data must be able to fail";
  }
}

INSTANTIATE_TEST_SUITE_P(Comparison, SelfComparisonTest,
                         testing::Values(SelfComparison{2, true, {100}},
                                         SelfComparison{2, false, {50, 100}},
                                         SelfComparison{4, true, {100}},
                                         SelfComparison{4, false, {50, 100}}));

// By hand: values 90 to 94, target 93.
TEST(Comparison, PointsHaveRegretSharesAndAreas) {
  ComparedTask task =
      TaskOf({MethodOf("a", {90, 91, 92, 93, 94}), MethodOf("b", {93, 93, 93, 93, 93})});
  task.target = 93;
  const TaskComparison of = CompareOne(std::move(task), {50, 100}).tasks.front();
  ASSERT_EQ(of.points.size(), 4u);
  const MethodPoint& early = of.points[0];
  EXPECT_EQ(early.value.mean, 71);  // (50 + 92) / 2
  EXPECT_EQ(early.hits, 0u);
  const MethodPoint& late = of.points[2];
  EXPECT_EQ(late.budget, 100);
  EXPECT_EQ(late.quartiles->median, 92);
  EXPECT_EQ(late.quartiles->lower, 91);
  EXPECT_EQ(late.value.mean, 92);
  EXPECT_EQ(late.hits, 2u);
  EXPECT_DOUBLE_EQ(late.regret.mean, (3 + 2 + 1 + 0 + 1) / 5.0);
  EXPECT_DOUBLE_EQ(late.area.mean, (19 * 50 + 40 * 71 + 41 * 92) / 100.0);
  EXPECT_DOUBLE_EQ(*late.rank, (2 + 2 + 2 + 1.5 + 1) / 5);
  EXPECT_EQ(of.totals[0].hits, 2u);
  EXPECT_TRUE(std::isinf(of.totals[0].until_target->median));
  EXPECT_EQ(of.totals[1].until_target->median, 60);
  EXPECT_EQ(of.totals[1].step_seconds, 0.02);
}

TEST(Comparison, FewSeedsAreNotTested) {
  const TaskComparison of =
      CompareOne(TaskOf({MethodOf("a", {90, 91, 92, 93}), MethodOf("b", {80, 81, 82, 83, 84})}))
          .tasks.front();
  EXPECT_EQ(of.pairs.front().verdict, Verdict::kUntested);
  EXPECT_EQ(of.pairs.front().larger, 1);
  EXPECT_FALSE(of.pairs.front().interval.has_value());
  EXPECT_FALSE(of.points[0].interval.has_value());
  EXPECT_TRUE(of.points[1].interval.has_value());
  EXPECT_FALSE(of.ranking.has_value());
}

// A run that failed at step 30 has no value at 100.
TEST(Comparison, ARunThatDidNotGetThereDoesNotCount) {
  ComparedTask task =
      TaskOf({MethodOf("a", {1, 2, 3, 4, 5, 6}), MethodOf("b", {1, 2, 3, 4, 5, 6})});
  task.methods[0].runs[2].curve.spent = 30;
  const TaskComparison of = CompareOne(std::move(task), {20, 100}).tasks.front();
  EXPECT_EQ(of.points[0].values.size(), 6u);
  EXPECT_EQ(of.points[2].values.size(), 5u);
  EXPECT_EQ(of.points[2].arrived, 5u);
  EXPECT_TRUE(of.pairs[0].paired);
  EXPECT_FALSE(of.pairs[1].paired);
}

TEST(Comparison, ABaselineIsComparedWithEachOther) {
  const TaskComparison of =
      CompareOne(TaskOf({MethodOf("a", {1, 2, 3, 4, 5, 6}), MethodOf("b", {3, 4, 5, 6, 7, 8}),
                         MethodOf("c", {5, 6, 7, 8, 9, 10})}),
                 {100}, "b")
          .tasks.front();
  ASSERT_EQ(of.pairs.size(), 2u);
  for (const PairResult& pair : of.pairs) {
    EXPECT_EQ(pair.second, 1u);
    EXPECT_EQ(std::abs(pair.difference), 2);
    EXPECT_DOUBLE_EQ(pair.p, 1.0 / 32);
    EXPECT_DOUBLE_EQ(pair.adjusted, 2.0 / 32);
  }
}

TEST(Comparison, SeveralTasksAreRankedTogether) {
  Normals normals(3);
  std::vector<ComparedTask> tasks;
  for (int t = 0; t < 3; ++t) {
    tasks.push_back(TaskOf({NormalMethod("a", 90, 6, normals), NormalMethod("b", 88, 6, normals),
                            NormalMethod("c", 80, 6, normals)}));
  }
  tasks.back().methods.erase(tasks.back().methods.begin() + 1);
  const Comparison comparison = Compare(tasks, {.budgets = {100}});
  ASSERT_TRUE(comparison.overall.has_value());
  EXPECT_THAT(comparison.overall->methods, ElementsAre("a", "c"));
  EXPECT_EQ(comparison.overall->blocks, 18u);
  EXPECT_EQ(comparison.overall->tasks, 3u);
  EXPECT_THAT(comparison.overall->test.mean_ranks, ElementsAre(1, 2));
}

}  // namespace
}  // namespace lode::core
