#include "plugins/optimizers/l2nas/top_k.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace l2nas {
namespace {

using Architecture = std::vector<std::uint8_t>;
using testing::ElementsAre;

std::vector<float> StateOf(const TopK& top, std::size_t cells) {
  std::vector<float> state(cells, -1.0f);
  top.WriteState(state.data());
  return state;
}

const Architecture kA = {1, 0, 0}, kB = {0, 1, 0}, kC = {0, 0, 1};

TEST(TopKTest, ZerosBeforeTheFirst) { EXPECT_THAT(StateOf(TopK(4, 3), 3), ElementsAre(0, 0, 0)); }

TEST(TopKTest, AveragesOverFewerUntilThereAreK) {
  TopK top(4, 3);
  top.Add(kA, 1);
  EXPECT_THAT(StateOf(top, 3), ElementsAre(1, 0, 0));
  top.Add(kB, 0.5);
  EXPECT_THAT(StateOf(top, 3), ElementsAre(0.5f, 0.5f, 0));
}

TEST(TopKTest, ADuplicateCountsOnce) {
  TopK top(2, 3);
  top.Add(kA, 3);
  top.Add(kA, 3);
  top.Add(kB, 1);
  EXPECT_EQ(top.size(), 2u);
  EXPECT_THAT(StateOf(top, 3), ElementsAre(0.5f, 0.5f, 0));
}

TEST(TopKTest, ADuplicateHasItsBestReward) {
  TopK top(2, 3);
  top.Add(kA, 1);
  top.Add(kB, 2);
  top.Add(kA, 3);  // now the best
  top.Add(kA, 0);  // keeps its better reward
  top.Add(kC, 2.5);
  EXPECT_THAT(StateOf(top, 3), ElementsAre(0.5f, 0, 0.5f));
}

TEST(TopKTest, OfEqualRewardsTheEarlierStays) {
  TopK top(2, 3);
  top.Add(kA, 1);
  top.Add(kB, 1);
  top.Add(kC, 1);
  EXPECT_THAT(StateOf(top, 3), ElementsAre(0.5f, 0.5f, 0));
  top.Add(kC, 2);  // replaces the later of the two
  EXPECT_THAT(StateOf(top, 3), ElementsAre(0.5f, 0, 0.5f));
}

// A cell that all architectures have is exactly 1, however many there are.
TEST(TopKTest, AFullShareIsOne) {
  TopK top(49, 50);
  for (std::size_t i = 0; i < 49; ++i) {
    Architecture architecture(50);
    architecture[0] = architecture[i + 1] = 1;
    top.Add(architecture, 1);
  }
  EXPECT_EQ(StateOf(top, 50)[0], 1.0f);
}

// The definition, from the whole history: the best reward of each architecture and when it was
// first reached; sorted; the first K averaged.
class History {
 public:
  void Add(const Architecture& architecture, double reward) {
    const auto [at, fresh] = best_.try_emplace(architecture, reward, time_);
    if (!fresh && reward > at->second.first) { at->second = {reward, time_}; }
    ++time_;
  }
  std::vector<float> State(std::size_t k, std::size_t cells) const {
    std::map<std::pair<double, int>, const Architecture*> order;
    for (const auto& [architecture, seen] : best_) {
      order.emplace(std::pair(-seen.first, seen.second), &architecture);
    }
    std::vector<const Architecture*> top;
    for (const auto& entry : order) {
      if (top.size() < k) { top.push_back(entry.second); }
    }
    std::vector<float> state(cells);
    for (std::size_t c = 0; c < cells; ++c) {
      float ones = 0;
      for (const Architecture* architecture : top) {
        ones += static_cast<float>((*architecture)[c]);
      }
      state[c] = ones / static_cast<float>(top.size());
    }
    return state;
  }

 private:
  // GCC 12 mistakes the vector's own operator< for an overlong memcmp.
  struct Before {
    bool operator()(const Architecture& a, const Architecture& b) const {
      return std::ranges::lexicographical_compare(a, b, [](int x, int y) { return x < y; });
    }
  };

  std::map<Architecture, std::pair<double, int>, Before> best_;
  int time_ = 0;
};

// Few architectures and few rewards, so that duplicates and ties are common.
TEST(TopKTest, IsTheMeanByDefinition) {
  constexpr std::size_t kCells = 6;
  std::mt19937 bits(11);
  for (int sequence = 0; sequence < 100; ++sequence) {
    const std::size_t k = 1 + bits() % 12;
    TopK top(k, kCells);
    History history;
    for (int t = 0; t < 150; ++t) {
      Architecture architecture(kCells);
      for (std::uint8_t& cell : architecture) { cell = bits() % 2; }
      const auto reward = static_cast<double>(bits() % (sequence % 2 == 0 ? 5 : 1000));
      top.Add(architecture, reward);
      history.Add(architecture, reward);
      ASSERT_EQ(StateOf(top, kCells), history.State(k, kCells)) << sequence << " at " << t;
    }
  }
}

}  // namespace
}  // namespace l2nas
