#include "plugins/optimizers/l2nas/candidates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <vector>

namespace l2nas {
namespace {

using Source = Candidates::Source;

class CandidatesTest : public testing::Test {
 protected:
  static constexpr std::size_t kRows = 6, kColumns = 5, kCells = kRows * kColumns;

  CandidatesTest() : best_(64, kCells) {}

  const lode::Space& space() const { return grid_.space(); }
  lode::Random random() { return stream_.random(); }
  const lode::Action& Even() const { return even_; }

  static std::size_t Distance(lode::ArchitectureView a, lode::ArchitectureView b) {
    std::size_t cells = 0;
    for (std::size_t i = 0; i < a.size(); ++i) { cells += a[i] != b[i]; }
    return cells / 2;
  }

  lode::test::Grid grid_{kRows, kColumns};
  lode::test::RandomStream stream_{4, "candidates_test"};
  lode::Action even_ = lode::Action(kCells, 0.5f);
  TopK best_;
};

TEST_F(CandidatesTest, AreDistinctAndUnseenFromEachSource) {
  best_.Add(space().Sample(random()), 1);
  Candidates candidates(space(), {.from_actor = 30,
                                  .mutants = 40,
                                  .uniform = 20,
                                  .logit_noise = 1,
                                  .parents = 10,
                                  .second_mutation = 0.5});
  EXPECT_TRUE(candidates.enabled());
  std::set<lode::Architecture> seen;
  std::map<Source, int> counts;
  for (int step = 0; step < 30; ++step) {
    std::set<lode::Architecture> now;
    for (const auto& candidate : candidates.Draw(random(), Even(), best_)) {
      EXPECT_TRUE(now.insert(candidate.architecture).second);
      EXPECT_FALSE(seen.contains(candidate.architecture));
      ++counts[candidate.source];
    }
    for (const lode::Architecture& architecture : now) {
      candidates.MarkSeen(architecture);
      seen.insert(architecture);
    }
  }
  EXPECT_GT(counts[Source::kActor], 500);
  EXPECT_GT(counts[Source::kMutant], 100);  // 24 neighbors and 240 with a second mutation
  EXPECT_GT(counts[Source::kUniform], 400);
}

TEST_F(CandidatesTest, MutantsAreOneOrTwoChangesFromAParent) {
  for (int i = 0; i < 5; ++i) { best_.Add(space().Sample(random()), i); }
  const auto distances = [&](double second_mutation) {
    Candidates candidates(space(), {.from_actor = 0,
                                    .mutants = 2000,
                                    .uniform = 0,
                                    .logit_noise = 1,
                                    .parents = 2,
                                    .second_mutation = second_mutation});
    for (std::size_t rank = 0; rank < 2; ++rank) { candidates.MarkSeen(best_.architecture(rank)); }
    std::set<std::size_t> found;
    for (const auto& candidate : candidates.Draw(random(), Even(), best_)) {
      found.insert(std::min(Distance(candidate.architecture, best_.architecture(0)),
                            Distance(candidate.architecture, best_.architecture(1))));
    }
    return found;
  };
  EXPECT_EQ(distances(0), (std::set<std::size_t>{1}));
  EXPECT_EQ(distances(0.5), (std::set<std::size_t>{1, 2}));
}

// Before the first result there is nothing to mutate.
TEST_F(CandidatesTest, NoMutantsWithoutParents) {
  const Candidates candidates(space(), {.from_actor = 0,
                                        .mutants = 10,
                                        .uniform = 10,
                                        .logit_noise = 1,
                                        .parents = 10,
                                        .second_mutation = 0});
  for (const auto& candidate : candidates.Draw(random(), Even(), best_)) {
    EXPECT_EQ(candidate.source, Source::kUniform);
  }
}

// A row with logits x, 0, 0, 0, 0 and noise of standard deviation n: without noise always the first
// choice; with noise the probability that x + n z0 exceeds the largest of four n z, integrated
// numerically.
TEST_F(CandidatesTest, TheActorsDrawsFollowItsLogits) {
  constexpr double kLogit = 1.5, kNoise = 1;
  lode::Action mu = Even();
  for (std::size_t row = 0; row < kRows; ++row) {
    mu[row * kColumns] = static_cast<float>(1 / (1 + std::exp(-kLogit)));
  }
  double expected = 0;
  for (double z = -8; z < 8; z += 1e-3) {
    const double below = (1 + std::erf((kLogit / kNoise + z) / std::sqrt(2.0))) / 2;
    expected += 1e-3 * std::exp(-z * z / 2) / std::sqrt(2 * M_PI) * std::pow(below, 4);
  }
  double first = 0, rows = 0;
  const Candidates one(space(), {.from_actor = 1,
                                 .mutants = 0,
                                 .uniform = 0,
                                 .logit_noise = kNoise,
                                 .parents = 1,
                                 .second_mutation = 0});
  for (int draw = 0; draw < 2000; ++draw) {
    const auto drawn = one.Draw(random(), mu, best_);
    ASSERT_EQ(drawn.size(), 1u);
    for (std::size_t row = 0; row < kRows; ++row) {
      first += drawn[0].architecture[row * kColumns];
      ++rows;
    }
  }
  EXPECT_NEAR(first / rows, expected, 4.5 * std::sqrt(expected * (1 - expected) / rows));
}

// The actor's sigmoid reaches 1 exactly in float; noise still decides between such cells.
TEST_F(CandidatesTest, SaturatedCellsStayInTheLottery) {
  lode::Action mu(kCells, 0.0f);
  for (std::size_t row = 0; row < kRows; ++row) {
    mu[row * kColumns + 1] = 1;
    mu[row * kColumns + 3] = 1;
  }
  const Candidates candidates(space(), {.from_actor = 500,
                                        .mutants = 0,
                                        .uniform = 0,
                                        .logit_noise = 1,
                                        .parents = 1,
                                        .second_mutation = 0});
  const auto drawn = candidates.Draw(random(), mu, best_);
  EXPECT_EQ(drawn.size(), 64u);  // 2^6: all combinations, and no others
  for (const auto& candidate : drawn) {
    for (std::size_t row = 0; row < kRows; ++row) {
      EXPECT_EQ(
          candidate.architecture[row * kColumns + 1] + candidate.architecture[row * kColumns + 3],
          1);
    }
  }
}

// Once all is seen, no candidate is left, and draws repeat.
TEST_F(CandidatesTest, ASpaceCanBeUsedUp) {
  const lode::test::Grid small(2, 3);
  Candidates candidates(small.space(), {.from_actor = 50,
                                        .mutants = 0,
                                        .uniform = 50,
                                        .logit_noise = 1,
                                        .parents = 1,
                                        .second_mutation = 0});
  const lode::Action mu(6, 0.5f);
  const TopK none(1, 6);
  std::set<lode::Architecture> seen;
  for (int i = 0; i < 9; ++i) {
    const lode::Architecture unseen = candidates.DrawUnseen(random());
    EXPECT_TRUE(seen.insert(unseen).second);
    candidates.MarkSeen(unseen);
  }
  EXPECT_TRUE(candidates.Draw(random(), mu, none).empty());
  EXPECT_TRUE(seen.contains(candidates.DrawUnseen(random())));
}

}  // namespace
}  // namespace l2nas
