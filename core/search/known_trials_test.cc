#include "core/search/known_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The architectures and rewards that the optimizer was told, "1-2=3", known ones with a "*".
std::vector<std::string> Told(const Script& script) {
  std::vector<std::string> told;
  for (const Script::Told& t : script.told) {
    told.push_back((t.known ? "*" : "") + t.architecture + "=" +
                   std::to_string(static_cast<int>(t.reward)));
  }
  return told;
}

Beginning From(std::vector<KnownTrial> known) { return {.known = std::move(known)}; }

TEST(KnownTrialsTest, AreToldBeforeTheFirstStepAtNoCost) {
  FakeSearch search;
  search.script.asks = {{"0-2"}};
  const RunResult result = search.Run(From({{"1-2", {7}}, {"2-0", {9}}, {"1-1", {8}}}));
  EXPECT_THAT(Told(search.script), ElementsAre("*1-2=7", "*2-0=9", "*1-1=8", "0-2=2"));
  EXPECT_TRUE(search.script.told[1].random);
  EXPECT_EQ(search.script.told[1].step, 0u);
  EXPECT_THAT(search.script.told[1].action, IsEmpty());
  EXPECT_THAT(search.trials, ElementsAre("0: 0-2"));
  EXPECT_EQ(result.steps, 1u);
  EXPECT_EQ(result.unique_queries, 1u);
  ASSERT_TRUE(result.warm_start);
  EXPECT_EQ(result.warm_start->trials, 3u);
  EXPECT_EQ(result.warm_start->left_out, 0u);
  EXPECT_EQ(result.warm_start->best->architecture, "2-0");
  EXPECT_EQ(result.best->architecture, "0-2");
  EXPECT_FALSE(result.best->known);
}

TEST(KnownTrialsTest, EachHasRandomNumbersOfItsOwn) {
  FakeSearch search;
  search.script.asks = {{"0-2"}};
  search.Run(From({{"1-2", {7}}, {"2-0", {9}}}));
  const std::vector<std::uint64_t>& words = search.script.words;  // two known, ask, tell
  ASSERT_EQ(words.size(), 4u);
  EXPECT_NE(words[0], words[1]);
  EXPECT_NE(words[1], words[3]);
}

TEST(KnownTrialsTest, AKnownArchitectureIsNotPaidAgain) {
  FakeSearch search;
  search.script.asks = {{"2-0"}, {"0-1"}};
  const RunResult result = search.Run(From({{"2-0", {9}}}));
  EXPECT_THAT(Told(search.script), ElementsAre("*2-0=9", "2-0=9", "0-1=1"));
  EXPECT_TRUE(search.script.told[1].reused);
  EXPECT_EQ(result.steps, 2u);
  EXPECT_EQ(result.unique_queries, 1u);
  EXPECT_EQ(result.best->architecture, "2-0");
  EXPECT_TRUE(result.best->known);
}

TEST(KnownTrialsTest, ANoisyMetricIsMeasuredAgain) {
  FakeSearch search;
  search.noisy = true;
  search.script.asks = {{"2-0"}};
  const RunResult result = search.Run(From({{"2-0", {9}}}));
  EXPECT_FALSE(search.script.told[1].reused);
  EXPECT_EQ(result.unique_queries, 1u);
}

TEST(KnownTrialsTest, TheRewardIsThatOfThisPipeline) {
  FakeSearch search;
  search.pipeline.reward.scale = 10;
  search.Run(From({{"2-0", {9}}}));
  EXPECT_THAT(Told(search.script), ElementsAre("*2-0=90"));
}

TEST(KnownTrialsTest, ThoseThatWouldBeRejectedAreLeftOut) {
  FakeSearch search;
  search.pipeline.reward.limits = {{"score", std::nullopt, 8.0, {}}};
  search.script.asks = {{"0-2"}};
  const RunResult result = search.Run(From({{"2-0", {9}}, {"1-1", {8}}}));
  EXPECT_THAT(Told(search.script), ElementsAre("*1-1=8", "0-2=2"));
  EXPECT_EQ(result.warm_start->trials, 1u);
  EXPECT_EQ(result.warm_start->left_out, 1u);
}

TEST(KnownTrialsTest, OneOutsideTheSpaceEndsTheRun) {
  FakeSearch search;
  const RunResult result = search.Run(From({{"7-7", {9}}}));
  EXPECT_EQ(result.ending, Ending::kFailed);
  EXPECT_THAT(result.reason, HasSubstr("architecture '7-7': space 'grid': "));
}

TEST(GivenArchitecturesTest, AreEvaluatedInTheFirstSteps) {
  FakeSearch search;
  search.capacity = 3;
  search.pipeline.start.architectures = {"2-1", "0-0"};
  search.script.asks = {{"0-2"}};
  const RunResult result = search.Run();
  EXPECT_THAT(search.trials, ElementsAre("0: 2-1", "1: 0-0", "2: 0-2"));
  EXPECT_TRUE(search.script.told[0].random);
  EXPECT_FALSE(search.script.told[0].known);
  EXPECT_FALSE(search.script.told[2].random);
  EXPECT_EQ(result.unique_queries, 3u);
  EXPECT_FALSE(result.warm_start);
}

TEST(GivenArchitecturesTest, ARejectedOneIsReplacedByAProposal) {
  FakeSearch search;
  search.pipeline.start.architectures = {"2-2"};
  search.pipeline.reward.limits = {{"score", std::nullopt, 3.0, {}}};
  search.evaluate = [](const Query& query) {
    Evaluation evaluation = FakeEvaluation(query);
    if (query.text == "2-2") { evaluation.outcome = Outcome::kRejected; }
    return evaluation;
  };
  search.script.asks = {{"0-2"}};
  search.Run();
  EXPECT_THAT(search.trials, ElementsAre("0: 0-2"));
  ASSERT_EQ(search.script.told.size(), 1u);
  EXPECT_FALSE(search.script.told[0].random);
}

}  // namespace
}  // namespace lode::core
