#include "core/plugin/random.h"

#include <gtest/gtest.h>

#include <set>
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

}  // namespace
}  // namespace lode::core
