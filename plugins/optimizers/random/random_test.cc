#include "plugins/optimizers/random/random.h"

#include <gtest/gtest.h>

#include <deque>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace random_search {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

class RandomSearchTest : public testing::Test {
 protected:
  RandomSearch Make(bool repeats) {
    RandomSearch search(host_.host(), {.repeats = repeats});
    search.Bind(space_.space());
    return search;
  }
  // Takes one step, as the host does; returns the proposal as text.
  std::string Step(RandomSearch& search, std::uint64_t t) {
    host_.Enter(t, Phase::kAsk);
    return space_.space().Format(search.Ask());
  }

  Grid space_{3, 3};
  TestHost host_;
};

TEST_F(RandomSearchTest, DrawsEveryArchitectureEquallyOften) {
  RandomSearch search = Make(true);
  std::map<std::string, int> counts;
  for (std::uint64_t t = 0; t < 27000; ++t) { ++counts[Step(search, t)]; }
  ASSERT_EQ(counts.size(), 27u);
  for (const auto& [text, count] : counts) { EXPECT_NEAR(count, 1000, 4 * 31.1) << text; }
}

TEST_F(RandomSearchTest, WithoutRepeatsVisitsTheWholeSpaceOnce) {
  RandomSearch search = Make(false);
  std::set<std::string> seen;
  for (std::uint64_t t = 0; t < 27; ++t) { EXPECT_TRUE(seen.insert(Step(search, t)).second) << t; }
  EXPECT_TRUE(host_.lines().empty());
}

TEST_F(RandomSearchTest, RepeatsOnceTheSpaceIsExhaustedAndLogsItOnce) {
  RandomSearch search = Make(false);
  std::set<std::string> after;
  for (std::uint64_t t = 0; t < 27; ++t) { Step(search, t); }
  for (std::uint64_t t = 27; t < 227; ++t) { after.insert(Step(search, t)); }
  EXPECT_GT(after.size(), 20u);
  ASSERT_EQ(host_.lines().size(), 1u);
}

TEST_F(RandomSearchTest, WithoutRepeatsAvoidsWhatItWasTold) {
  RandomSearch search = Make(false);
  std::set<std::string> told;
  for (const char* text : {"0-0-0", "1-1-1", "2-2-2", "0-1-2"}) {
    lode::Trial trial{};
    const lode::Architecture architecture = space_.space().Parse(text);
    trial.architecture = architecture;
    search.Tell(trial);
    told.insert(text);
  }
  for (std::uint64_t t = 0; t < 23; ++t) { EXPECT_FALSE(told.contains(Step(search, t))); }
}

// A rejected proposal is asked for again while younger ones are under way.
TEST_F(RandomSearchTest, WithoutRepeatsVisitsTheWholeSpaceOnceWithSeveralUnderWay) {
  RandomSearch search = Make(false);
  std::set<std::string> seen;
  std::deque<lode::Architecture> under_way;
  for (std::uint64_t t = 0; t < 27; ++t) {
    host_.Enter(t, Phase::kAsk);
    const lode::Architecture proposal = search.Ask();
    EXPECT_TRUE(seen.insert(space_.space().Format(proposal)).second) << t;
    under_way.push_back(proposal);
    if (t < 4) { continue; }
    lode::Trial trial{};
    trial.architecture = under_way.front();
    trial.failed = trial.rejected = t % 3 == 0;
    search.Tell(trial);
    under_way.pop_front();
  }
}

TEST_F(RandomSearchTest, TheStepDecidesTheDraw) {
  RandomSearch search = Make(true);
  const std::string at_5 = Step(search, 5);
  const std::string at_6 = Step(search, 6);
  EXPECT_EQ(Step(search, 5), at_5);
  EXPECT_EQ(Step(search, 6), at_6);
}

}  // namespace
}  // namespace random_search
