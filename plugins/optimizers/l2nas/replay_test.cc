#include "plugins/optimizers/l2nas/replay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <vector>

namespace l2nas {
namespace {

constexpr std::size_t kRow = 16;

class ReplayTest : public testing::Test {
 protected:
  // Trial i: every value identifies its trial.
  static void Add(Replay& replay, int i) {
    const auto value = static_cast<float>(i);
    replay.Add(std::vector<float>(kRow, value), std::vector<float>(kRow, value + 0.25f),
               value + 0.5f);
  }
  Batch Draw(const Replay& replay, std::size_t count) {
    Batch batch;
    replay.Draw(stream_.random(), count, batch);
    return batch;
  }
  // Returns how often each trial is drawn in this many draws.
  std::map<int, int> Counts(const Replay& replay, std::size_t draws) {
    std::map<int, int> counts;
    for (const float reward : Draw(replay, draws).rewards) { ++counts[static_cast<int>(reward)]; }
    return counts;
  }
  std::set<int> Contents(const Replay& replay) {
    std::set<int> contents;
    for (const auto& [trial, count] : Counts(replay, 1000)) { contents.insert(trial); }
    return contents;
  }

 private:
  lode::test::RandomStream stream_{5, "replay_test"};
};

TEST_F(ReplayTest, KeepsAllWithoutACapacity) {
  Replay replay(kRow, 0);
  std::set<int> all;
  for (int i = 0; i < 40; ++i) {
    Add(replay, i);
    all.insert(i);
  }
  EXPECT_EQ(replay.size(), 40u);
  EXPECT_EQ(Contents(replay), all);
}

TEST_F(ReplayTest, KeepsTheLastOfItsCapacity) {
  Replay replay(kRow, 3);
  for (int i = 0; i < 10; ++i) {
    Add(replay, i);
    EXPECT_EQ(replay.size(), std::min<std::size_t>(static_cast<std::size_t>(i) + 1, 3));
    std::set<int> last;
    for (int k = std::max(0, i - 2); k <= i; ++k) { last.insert(k); }
    EXPECT_EQ(Contents(replay), last);
  }
}

// Trial i has the reward i + 0.5.
TEST_F(ReplayTest, TheBestHaveTheHighestRewards) {
  Replay replay(kRow, 4);
  for (const int i : {7, 3, 9, 1, 5}) { Add(replay, i); }  // 7 is not kept
  EXPECT_EQ(replay.Best(2), (std::vector<std::size_t>{2, 0}));
  EXPECT_EQ(replay.Best(9).size(), 4u);
  Add(replay, 9);
  EXPECT_EQ(replay.Best(1), std::vector<std::size_t>{1})
      << "of equal ones, the first in the buffer";
}

TEST_F(ReplayTest, AShareOfABatchIsOfTheBest) {
  Replay replay(kRow, 0);
  for (int i = 0; i < 40; ++i) { Add(replay, i); }
  const std::vector<std::size_t> best = replay.Best(2);
  std::map<int, int> first, second;
  lode::test::RandomStream stream(3, "share");
  for (int i = 0; i < 200; ++i) {
    Batch batch;
    replay.Draw(stream.random(), 2, batch, 1, best);
    ++first[static_cast<int>(batch.rewards[0])];
    ++second[static_cast<int>(batch.rewards[1])];
  }
  EXPECT_EQ(first.size(), 2u);
  EXPECT_EQ(first.begin()->first, 38);
  EXPECT_GT(second.size(), 30u);
}

TEST_F(ReplayTest, ATrialStaysTogether) {
  Replay replay(kRow, 7);
  for (int i = 0; i < 20; ++i) { Add(replay, i); }
  const Batch batch = Draw(replay, 50);
  ASSERT_EQ(batch.states.size(), 50 * kRow);
  ASSERT_EQ(batch.actions.size(), 50 * kRow);
  for (std::size_t i = 0; i < 50 * kRow; ++i) {
    EXPECT_EQ(batch.states[i] + 0.5f, batch.rewards[i / kRow]);
    EXPECT_EQ(batch.actions[i] + 0.25f, batch.rewards[i / kRow]);
  }
}

TEST_F(ReplayTest, DrawsEachEquallyOften) {
  Replay replay(kRow, 5);
  for (int i = 0; i < 8; ++i) { Add(replay, i); }
  constexpr int kDraws = 50000;
  const std::map<int, int> counts = Counts(replay, kDraws);
  EXPECT_EQ(counts.size(), 5u);
  for (const auto& [trial, count] : counts) {
    EXPECT_NEAR(count, kDraws / 5.0, 4.5 * std::sqrt(kDraws * 0.2 * 0.8)) << trial;
  }
}

// Two draws from two trials are equal in half of the batches.
TEST_F(ReplayTest, DrawsWithReplacement) {
  Replay replay(kRow, 0);
  Add(replay, 0);
  Add(replay, 1);
  constexpr int kBatches = 10000;
  int same = 0;
  for (int i = 0; i < kBatches; ++i) {
    const Batch batch = Draw(replay, 2);
    same += batch.rewards[0] == batch.rewards[1];
  }
  EXPECT_NEAR(same, kBatches / 2.0, 4.5 * std::sqrt(kBatches * 0.25));
}

}  // namespace
}  // namespace l2nas
