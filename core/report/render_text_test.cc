#include "core/report/render_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/test_results.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::Not;

class RenderTextTest : public testing::Test {
 protected:
  static std::string Runs(const SearchResult& result) { return FormatRuns(SearchSummary(result)); }
  static std::string Comparison(const SearchResult& result) {
    return FormatComparison(std::vector{SearchSummary(result)});
  }

  const Search search_ = MakeSearch();
  SearchResult result_{&search_, {kAccuracy}, {MakeRun(0, 88, 90), MakeRun(1, 90, 94)}};
};

TEST_F(RenderTextTest, ARunThatFailedSaysWhy) {
  result_.runs.push_back(Failed(2));
  EXPECT_NE(Runs(result_).find("seed 2 failed: no luck\n"), std::string::npos);
}

// (89 - 88) / 0.5 deviations above the figure with matching place and mark.
TEST_F(RenderTextTest, ComparesWithThePublishedFigureOfItsPlace) {
  const std::string text = Comparison(result_);
  EXPECT_NE(text.find("89.00 ± 1.41  88.00 ± 0.50    +2.00 sd  here\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("elsewhere"), std::string::npos);
}

TEST_F(RenderTextTest, SeedsThatEndedEarlyAreNotInMeansOfLaterPoints) {
  RunResult interrupted = MakeRun(2, 70, 70);  // past the mark
  interrupted.steps = 60;
  interrupted.ending = Ending::kInterrupted;
  result_.runs.insert(result_.runs.end(), {interrupted, Exhausted(3, 13, 10)});
  const std::string text = Runs(result_);
  EXPECT_THAT(text,
              HasSubstr("accuracy of the best after 50 steps (3 of 4 seeds got there): 82.67"));
  EXPECT_THAT(text,
              HasSubstr("accuracy of the best after 100 steps (2 of 4 seeds got there): 92.00 ± "
                        "2.83 (mean ± sample standard deviation)\n"));
  EXPECT_THAT(text, HasSubstr("\n2 of 4 seeds ended after 13 to 60 of 100 steps\n"));
  EXPECT_THAT(text, HasSubstr("seed 3 finished: the optimizer had nothing more to propose\n"));
}

TEST_F(RenderTextTest, AMarkThatNoSeedReachedIsNotReported) {
  Search search = MakeSearch();
  search.pipeline.budget.steps.reset();
  search.pipeline.budget.unique_queries = 100;
  const SearchResult result{&search, {kAccuracy}, {Exhausted(0, 4, 80), Exhausted(1, 4, 82)}};
  const std::string text = Runs(result);
  EXPECT_THAT(text, Not(HasSubstr("of the best after")));
  EXPECT_THAT(text,
              HasSubstr("\n2 seeds ended after 4 of 100 unique queries; accuracy of their best: "
                        "81.00 ± 1.41 (mean ± sample standard deviation)\n"));
  EXPECT_THAT(Comparison(result), HasSubstr("  4 unique queries  "));
}

// The budget is spent when the first limit is reached.
TEST_F(RenderTextTest, SeveralLimitsHaveOneEnd) {
  Search search = MakeSearch();
  search.pipeline.budget.simulated_seconds = 1000;
  RunResult run = MakeRun(0, 88, 90);
  run.steps = 77;
  run.cost_seconds = 1001;
  EXPECT_THAT(
      Runs({&search, {kAccuracy}, {run}}),
      HasSubstr("accuracy of the best after 100 steps or 1000 simulated s, 1 seed: 90.00\n"));
}

TEST_F(RenderTextTest, FailuresAreGroupedByReason) {
  result_.runs[0].failures = 5;
  result_.runs[0].failure_kinds = {{"CUDA out of memory", 5}};
  result_.runs[1].failures = 3;
  result_.runs[1].failure_kinds = {{"CUDA out of memory", 2}, {"time-out", 1}};
  EXPECT_THAT(Runs(result_), HasSubstr("\n8 failed: CUDA out of memory (7), time-out (1)\n"));
}

// Stores of earlier versions do not have reasons.
TEST_F(RenderTextTest, FailuresOfOldResultsAreCounted) {
  result_.runs[0].failures = 2;
  EXPECT_THAT(Runs(result_), HasSubstr("\n2 failed\n"));
}

TEST_F(RenderTextTest, FormulasAreNotQueries) {
  for (RunResult& run : result_.runs) { run.computed = true; }
  EXPECT_THAT(Runs(result_), Not(HasSubstr("unique")));
}

TEST_F(RenderTextTest, TiesAreShown) {
  EXPECT_THAT(Runs(result_), Not(HasSubstr("ties")));
  result_.runs[0].best->ties = 3;
  result_.runs[1].best->ties = kMaxTies;
  const std::string text = Runs(result_);
  EXPECT_THAT(text, HasSubstr("at step          ties  steps"));
  EXPECT_THAT(text, HasSubstr("1000 or more"));
  EXPECT_THAT(text, HasSubstr("the one found first is shown"));
}

TEST_F(RenderTextTest, AnOptimumIsShownWithTheResults) {
  EXPECT_THAT(Runs(result_), Not(HasSubstr("optimum")));
  EXPECT_THAT(Comparison(result_), Not(HasSubstr("optimum")));
  result_.metrics[0].optimum = 94.5;
  EXPECT_THAT(Runs(result_), HasSubstr("\noptimum     94.50\n"));
  EXPECT_THAT(Runs(result_),
              HasSubstr("optimum: the best accuracy of all architectures that the oracle has\n"));
  EXPECT_THAT(Comparison(result_), HasSubstr("    measured  optimum  "));
}

TEST_F(RenderTextTest, SeveralSearchesAreCompared) {
  EXPECT_EQ(FormatSearches({}), "");
  Search plain = MakeSearch();
  plain.pipeline.references.clear();
  result_.search = &plain;
  const std::string one = FormatSearches(Summarize(std::vector{result_}));
  EXPECT_EQ(one, Runs(result_) + "\n");
  const std::vector both{result_, result_};
  EXPECT_EQ(FormatSearches(Summarize(both)), one + one + FormatComparison(Summarize(both)) + "\n");
}

TEST_F(RenderTextTest, ADirectoryHasWhatIsNotInItsTables) {
  UnfinishedRun run{.search = &search_, .seed = 3, .title = "mine cifar10 seed 3", .steps = 20};
  const DirectoryResults waiting{.directory = "out", .searches = {}, .unfinished = {run}};
  EXPECT_EQ(FormatDirectory(waiting),
            "not ended, and not in the tables above:\n"
            "mine cifar10 seed 3: unfinished, 20 of 100 steps\n"
            "to continue: lode resume out\n");
  run.process = 7;
  const DirectoryResults running{.directory = "out", .searches = {}, .unfinished = {run}};
  EXPECT_EQ(FormatDirectory(running),
            "not ended, and not in the tables above:\n"
            "mine cifar10 seed 3: running (process 7), 20 of 100 steps\n");
  const DirectoryResults ended{.directory = "a", .searches = {SearchSummary(result_)}};
  const DirectoryResults other{.directory = "b", .searches = {SearchSummary(result_)}};
  EXPECT_EQ(
      FormatDirectories({ended, other}),
      "a:\n" + FormatDirectory(ended) + "\nb:\n" + FormatDirectory(other) +
          "\nall of them: " + FormatComparison(std::vector{ended.searches[0], other.searches[0]}));
}

}  // namespace
}  // namespace lode::core
