// Words and formats of synthetic comparisons.
#include "core/compare/comparison_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/compare/render_comparison.h"
#include "core/report/test_results.h"

namespace lode::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Numbers = std::vector<double>;

ComparedMethod FlatMethod(std::string name, const Numbers& values, std::uint64_t seed = 0) {
  ComparedMethod method{std::move(name), {}};
  for (const double value : values) {
    method.runs.push_back({seed++, {{{0, 1, value}}, 100, false}, 1.5, 100});
  }
  return method;
}

Comparison CompareFlat(std::vector<ComparedMethod> methods, std::optional<double> target = 95) {
  return Compare({{"cells: acc_uracy", kAccuracy, target, true, std::move(methods)}},
                 {.axis = Axis::kUniqueQueries, .budgets = {100}, .resamples = 50});
}

const Numbers kLow{80, 81, 82, 83, 84, 85}, kHigh{90, 91, 92, 93, 94, 95};

TEST(ComparisonWords, TextSaysWhatWasComparedAndHow) {
  const std::string text =
      ComparisonText(CompareFlat({FlatMethod("low", kLow), FlatMethod("high", kHigh)}));
  EXPECT_THAT(
      text,
      AllOf(
          StartsWith("cells: acc_uracy\nthe best accuracy over seeds, by budget in unique "
                     "queries; regret: distance from the optimum\n"),
          HasSubstr("           100  high        6  92.500 (91.250 to 93.750)  92.500 ± 1.871  "),
          HasSubstr("2.500 ± 1.871   16.7 %  92.500  1.00\n"),
          HasSubstr("high                   1 of 6               never  1.5 ± 0         15\n"),
          HasSubstr("Holm: p corrected for the 1 test of this task\n"),
          HasSubstr("low    high       -10.000  -10.000 to -10.000  0.00 large  Wilcoxon  0.0312  "
                    "0.0312  high is better\n"),
          HasSubstr("Mean ranks after 100 unique queries, over 6 seeds: high 1.00, low 2.00.\n"),
          HasSubstr("is at most 0.05: at most 5 % of such tables")));
}

TEST(ComparisonWords, WithoutATargetNothingIsReached) {
  const std::string text = ComparisonText(
      CompareFlat({FlatMethod("low", kLow), FlatMethod("high", kHigh)}, std::nullopt));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("regret")), Not(HasSubstr("reached")), HasSubstr("area")));
}

TEST(ComparisonWords, WhatCannotBeSaidIsNamed) {
  EXPECT_THAT(ComparisonText(CompareFlat({FlatMethod("low", kLow), FlatMethod("few", {90, 91})})),
              AllOf(HasSubstr("few has 2 seeds: too few (fewer than 5) for intervals, tests and "
                              "ranks.\n"),
                    HasSubstr("the first less the second; not tested\n")));
  EXPECT_THAT(ComparisonText(CompareFlat({FlatMethod("low", kLow), FlatMethod("high", kHigh, 50)})),
              AllOf(HasSubstr("The methods have different seeds"), HasSubstr("Mann-Whitney")));
  EXPECT_THAT(
      ComparisonText(
          CompareFlat({FlatMethod("low", {1, 2, 3, 4, 5}), FlatMethod("high", {6, 7, 8, 9, 10})})),
      HasSubstr("So few seeds cannot show a difference at 5 %: the smallest p that they can "
                "give, 0.0625, is above it.\n"));
}

TEST(ComparisonWords, GroupsAreThoseWithoutADifference) {
  const std::string text =
      ComparisonText(CompareFlat({FlatMethod("low", kLow), FlatMethod("high", kHigh),
                                  FlatMethod("nearly", {90.5, 90.9, 92.1, 92.9, 94.2, 94.8})}));
  EXPECT_THAT(text, AllOf(HasSubstr("Friedman's test that some method differs: p = 0."),
                          HasSubstr("No significant difference within: high, nearly.\n")));
}

TEST(ComparisonWords, LatexEscapesNames) {
  const std::string latex =
      ComparisonLatex(CompareFlat({FlatMethod("a_b & 50%", kLow), FlatMethod("c^{2}~\\x", kHigh)}));
  EXPECT_THAT(latex,
              AllOf(HasSubstr("a\\_b \\& 50\\%"), HasSubstr("c\\^{}\\{2\\}\\~{}\\textbackslash{}x"),
                    HasSubstr("cells: acc\\_uracy"), HasSubstr("$\\pm$"),
                    HasSubstr("\\toprule\nunique queries & method & seeds"), Not(HasSubstr("±"))));
}

TEST(ComparisonWords, FilesHaveAllNumbers) {
  Comparison comparison =
      CompareFlat({FlatMethod("low", kLow), FlatMethod("few, \"new\"", {96, 97})});
  comparison.remarks = {"remark"};
  const nlohmann::json json = ComparisonToJson(comparison);
  const nlohmann::json& task = json.at("tasks").at(0);
  EXPECT_EQ(json.at("unit"), "unique_queries");
  EXPECT_EQ(json.at("remarks"), nlohmann::json({"remark"}));
  EXPECT_EQ(task.at("points").at(0).at("values"), nlohmann::json(kLow));
  EXPECT_EQ(task.at("points").at(1).at("reached"), 2);
  EXPECT_TRUE(task.at("points").at(1).at("interval").is_null());
  EXPECT_EQ(task.at("methods").at(0).at("until_target"),
            nlohmann::json({nullptr, nullptr, nullptr}));
  EXPECT_EQ(task.at("pairs").at(0).at("a"), 0);
  EXPECT_TRUE(task.at("pairs").at(0).at("p").is_null());
  EXPECT_TRUE(task.at("ranking").is_null());
  EXPECT_THAT(
      ComparisonCsv(comparison),
      AllOf(HasSubstr("\npoint,cells: acc_uracy,unique_queries,100.0,low,,6,6,81.25,82.5,"),
            HasSubstr("\npair,cells: acc_uracy,unique_queries,100.0,low,\"few, \"\"new\"\"\""),
            HasSubstr("\ntotal,cells: acc_uracy,unique_queries,,low,,6,")));
}

RunResult Ended(Ending ending) {
  RunResult run = MakeRun(0, 50, 60);
  run.ending = ending;
  return run;
}

TEST(ComparisonWords, RemarksTellWhatTheRunsDid) {
  Search search = MakeSearch();
  SearchResult result{&search, {kAccuracy}, {Ended(Ending::kBudget), Ended(Ending::kFailed)}};
  result.runs.push_back(Ended(Ending::kStalled));
  EXPECT_THAT(RemarksOn(result, "rea", Axis::kSteps),
              testing::ElementsAre(
                  "1 of 3 seeds of rea failed, and have no values after what they had spent.",
                  "1 of 3 seeds of rea had nothing more to propose or to find: their best stands "
                  "from there on."));
  result.runs = {Ended(Ending::kBudget)};
  EXPECT_TRUE(RemarksOn(result, "rea", Axis::kSteps).empty());
  result.runs.front().full_evaluations = 12.5;
  search.pipeline.execution.workers = 4;
  EXPECT_EQ(RemarksOn(result, "rea", Axis::kUniqueQueries).size(), 2u);
  EXPECT_EQ(RemarksOn(result, "rea", Axis::kSimulatedSeconds).size(), 1u);
  result.runs.front().confirmations = 12;
  EXPECT_THAT(RemarksOn(result, "rea", Axis::kSimulatedSeconds).front(),
              testing::HasSubstr("only there is its best the confirmed one"));
  search.pipeline.reward.result = ResultRule::kLast;
  EXPECT_THAT(RemarksOn(result, "rea", Axis::kSimulatedSeconds).front(),
              testing::HasSubstr("has its last architecture's values"));
}

TEST(ComparisonWords, AWarmStartIsRemarkedOn) {
  Search search = MakeSearch();
  search.pipeline.start.warm_start = "runs/a";
  SearchResult result{&search, {kAccuracy}, {Ended(Ending::kBudget)}};
  result.runs.front().warm_start = WarmStart{50, 0, std::nullopt};
  EXPECT_THAT(RemarksOn(result, "rea", Axis::kSteps),
              testing::ElementsAre(
                  "rea does not compare as it is with methods that start from nothing: warm start: "
                  "50 known trials from runs/a, and what known trials cost is not counted."));
  search.pipeline.start = {};
  search.pipeline.start.architectures = {"a", "b"};
  EXPECT_THAT(RemarksOn(result, "rea", Axis::kSteps),
              testing::ElementsAre(
                  "rea does not compare as it is with methods that start from nothing: 2 given "
                  "architectures first, and what found them is not counted."));
}

}  // namespace
}  // namespace lode::core
