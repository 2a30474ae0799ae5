#include "core/plugin/random.h"

#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace lode::core {
namespace {

std::vector<std::uint64_t> Words(RandomStream& stream, std::size_t count) {
  std::vector<std::uint64_t> words(count);
  stream.Fill(words.data(), count);
  return words;
}

// The published test vector of Philox 4x64-10 for counter and key zero.
TEST(RandomStream, GeneratorGivesPublishedWords) {
  const auto block = r123::Philox4x64()({{0, 0, 0, 0}}, {{0, 0}});
  EXPECT_EQ(block[0], 0x16554d9eca36314cu);
  EXPECT_EQ(block[1], 0xdb20fe9d672d0fdcu);
  EXPECT_EQ(block[2], 0xd7e772cee186176bu);
  EXPECT_EQ(block[3], 0x7e68b68aec7ba23bu);
}

TEST(RandomStream, AWordDependsOnItsPositionAndNotOnEarlierCalls) {
  RandomStream a(7, "optimizer/rea");
  RandomStream b(7, "optimizer/rea");
  Words(a, 1001);
  a.Restart(5, Phase::kAsk);
  b.Restart(5, Phase::kAsk);
  EXPECT_EQ(Words(a, 9), Words(b, 9));
}

TEST(RandomStream, PiecesOfAnySizeGiveTheSameWords) {
  RandomStream a(1, "x");
  RandomStream b(1, "x");
  const auto whole = Words(a, 11);
  std::vector<std::uint64_t> pieces;
  for (const std::size_t n : {1u, 3u, 5u, 2u}) {
    const auto piece = Words(b, n);
    pieces.insert(pieces.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(whole, pieces);
}

TEST(RandomStream, SeedsComponentsStepsAndPhasesHaveTheirOwnWords) {
  std::set<std::uint64_t> first_words;
  for (const std::uint64_t seed : {0u, 1u}) {
    for (const char* name : {"optimizer/rea", "optimizer/random", "evaluate"}) {
      RandomStream stream(seed, name);
      for (const std::uint64_t step : {0u, 1u, 1000u}) {
        for (const Phase phase : {Phase::kSetup, Phase::kAsk, Phase::kTell}) {
          stream.Restart(step, phase);
          first_words.insert(Words(stream, 1)[0]);
        }
      }
    }
  }
  EXPECT_EQ(first_words.size(), 2u * 3 * 3 * 3);
}

// Plugin tests get a host's words without the host.
TEST(RandomStream, TestsOfPluginsGetTheSameWords) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{7}, ~std::uint64_t{0}}) {
    for (const std::string name : {"", "optimizer/rea", "evaluate", "\xc3\xa9\xff"}) {
      RandomStream stream(seed, name);
      test::RandomStream copy(seed, name);
      for (const std::uint64_t step : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
        for (std::uint64_t phase = 0; phase <= static_cast<std::uint64_t>(Phase::kPrepare);
             ++phase) {
          for (const std::uint64_t attempt : {0u, 1u, 1000u}) {
            stream.Restart(step, static_cast<Phase>(phase), attempt);
            copy.Restart(step, static_cast<test::Phase>(phase), attempt);
            std::vector<std::uint64_t> words(11);
            copy.Fill(words.data(), words.size());
            EXPECT_EQ(words, Words(stream, words.size()));
          }
        }
      }
      stream.SetSeed(seed + 1);
      copy.SetSeed(seed + 1);
      std::uint64_t word = 0;
      copy.Fill(&word, 1);
      EXPECT_EQ(word, Words(stream, 1)[0]);
    }
  }
}

TEST(RandomStream, TestsOfPluginsHaveTheSamePhases) {
  const auto same = [](Phase phase, test::Phase copy) {
    return static_cast<std::uint64_t>(phase) == static_cast<std::uint64_t>(copy);
  };
  EXPECT_TRUE(same(Phase::kSetup, test::Phase::kSetup));
  EXPECT_TRUE(same(Phase::kExplore, test::Phase::kExplore));
  EXPECT_TRUE(same(Phase::kPerturb, test::Phase::kPerturb));
  EXPECT_TRUE(same(Phase::kAsk, test::Phase::kAsk));
  EXPECT_TRUE(same(Phase::kEvaluate, test::Phase::kEvaluate));
  EXPECT_TRUE(same(Phase::kTell, test::Phase::kTell));
  EXPECT_TRUE(same(Phase::kPrepare, test::Phase::kPrepare));
}

}  // namespace
}  // namespace lode::core
