#include "core/report/best_runs.h"

#include <gtest/gtest.h>

#include "core/report/test_results.h"

namespace lode::core {
namespace {

class BestRunsTest : public testing::Test {
 protected:
  static RunResult Rewarded(std::uint64_t seed, double reward) {
    RunResult run = MakeRun(seed, 80, 80 + reward);
    run.best->reward = reward;
    return run;
  }

  const Search search_ = MakeSearch();
};

TEST_F(BestRunsTest, TheFirstOfEqualRunsIsTheBest) {
  const SearchResult result{
      &search_, {kAccuracy}, {Failed(0), Rewarded(1, 2), Rewarded(2, 3), Rewarded(3, 3)}};
  EXPECT_EQ(BestRunOf(result)->seed, 2u);
  EXPECT_EQ(BestRunOf({&search_, {kAccuracy}, {Failed(0)}}), nullptr);
}

TEST_F(BestRunsTest, SearchesThatAreMeasuredAlikeCompete) {
  Search rea = MakeSearch();
  rea.pipeline.optimizer.id = "random";
  const std::vector<SearchResult> results{{&search_, {kAccuracy}, {Rewarded(0, 1)}},
                                          {&rea, {kAccuracy}, {Rewarded(5, 4)}}};
  const auto bests = BestRuns(results);
  ASSERT_EQ(bests.size(), 1u);
  EXPECT_EQ(bests[0].run->seed, 5u);
  EXPECT_EQ(bests[0].result, &results[1]);
  EXPECT_EQ(bests[0].value(), 84);
  EXPECT_EQ(bests[0].metric().name, "accuracy");
}

// Rewards that differ in data, metric, formula or space say nothing about each other.
TEST_F(BestRunsTest, OthersHaveBestsOfTheirOwn) {
  MetricDeclaration other_data = kAccuracy;
  other_data.dataset = "cifar100";
  MetricDeclaration shorter = kAccuracy;
  shorter.epochs = 12;
  Search limited = MakeSearch(), scaled = MakeSearch(), elsewhere = MakeSearch();
  limited.pipeline.reward.limits = {{"accuracy", 10, std::nullopt, {}}};
  scaled.pipeline.reward.scale = 2;
  elsewhere.pipeline.space.id = "chains";
  std::vector<SearchResult> results;
  const std::vector<Search> searches{search_, limited, scaled, elsewhere};
  for (const Search& search : searches) {
    results.push_back({&search, {kAccuracy}, {Rewarded(0, 1)}});
  }
  results.push_back({&searches[0], {other_data}, {Rewarded(0, 1)}});
  results.push_back({&search_, {shorter}, {Rewarded(0, 1)}});
  EXPECT_EQ(BestRuns(results).size(), 6u);
  results.push_back({&search_, {shorter}, {Failed(0)}});
  results.push_back({&search_, {shorter}, {Rewarded(9, 2)}});
  const auto bests = BestRuns(results);
  ASSERT_EQ(bests.size(), 6u);
  EXPECT_EQ(bests.back().run->seed, 9u);
}

}  // namespace
}  // namespace lode::core
