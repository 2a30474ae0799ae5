#include "plugins/optimizers/bo/candidates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace bo {
namespace {

// Decisions that differ.
std::size_t Changes(lode::ArchitectureView a, lode::ArchitectureView b) {
  std::size_t cells = 0;
  for (std::size_t i = 0; i < a.size(); ++i) { cells += a[i] != b[i]; }
  return cells / 2;
}

class CandidatesTest : public testing::Test {
 protected:
  lode::Architecture Parse(const std::string& text) const { return grid_.space().Parse(text); }

  const lode::test::Grid grid_{10, 10};
  lode::test::FixedStream stream_{1};
};

TEST_F(CandidatesTest, AreAllNeighborsAndSomeOfTheirs) {
  const std::vector<lode::Architecture> parents = {Parse("0-0-0-0-0-0-0-0-0-0")};
  const CandidateGenerator generator(grid_.space(), {90, 40, 0});
  std::vector<std::size_t> counts(3, 0);
  for (const auto& a : generator.Draw(stream_.random(), parents, 1)) {
    ASSERT_LE(Changes(a, parents[0]), 2u);
    ++counts[Changes(a, parents[0])];
  }
  EXPECT_GE(counts[1], 90u);
  EXPECT_GE(counts[2], 25u);
}

TEST_F(CandidatesTest, AreSomeNeighborsWhereThereAreMany) {
  const std::vector<lode::Architecture> parents = {Parse("0-0-0-0-0-0-0-0-0-0")};
  const CandidateGenerator generator(grid_.space(), {20, 0, 0});
  const auto drawn = generator.Draw(stream_.random(), parents, 1);
  EXPECT_EQ(drawn.size(), 20u);
  for (const auto& a : drawn) { EXPECT_EQ(Changes(a, parents[0]), 1u); }
}

TEST_F(CandidatesTest, APartOfThemIsRoundedUp) {
  const std::vector<lode::Architecture> parents(2, Parse("0-0-0-0-0-0-0-0-0-0"));
  const CandidateGenerator generator(grid_.space(), {20, 10, 100});
  EXPECT_EQ(generator.Draw(stream_.random(), parents, 3).size(), 2 * (7 + 4) + 34u);
}

class CandidatePoolTest : public CandidatesTest {
 protected:
  CandidatePool Make(const CandidateGenerator::Counts& counts) const {
    return CandidatePool(CandidateGenerator(grid_.space(), counts));
  }
  void Refresh(CandidatePool& pool, std::size_t observations, char accepted = '\0') {
    const auto accepts = [&](lode::ArchitectureView a) {
      return accepted == '\0' || grid_.space().Format(a)[0] == accepted;
    };
    pool.Refresh(stream_.random(), parents_, observations, accepts, features_);
  }
  std::set<lode::Architecture> Architectures(CandidatePool& pool) const {
    std::set<lode::Architecture> all;
    for (const Candidate& c : pool.candidates()) {
      EXPECT_TRUE(all.insert(c.architecture).second) << "each once";
      EXPECT_EQ(c.row, features_.extractor().Extract(c.architecture));
    }
    return all;
  }

  const std::vector<lode::Architecture> parents_ =
      std::vector(3, lode::Architecture(Parse("1-1-1-1-1-1-1-1-1-1")));
  FeatureCache features_{FeatureExtractor(grid_.space(), stream_.random())};
};

TEST_F(CandidatePoolTest, HasDistinctAcceptedCandidates) {
  CandidatePool pool = Make({90, 90, 500});
  Refresh(pool, 1, '1');
  const auto all = Architectures(pool);
  EXPECT_GT(all.size(), 200u);
  for (const auto& a : all) { EXPECT_EQ(grid_.space().Format(a)[0], '1'); }
}

TEST_F(CandidatePoolTest, DrawsAllAgainWithFewObservations) {
  CandidatePool pool = Make({0, 0, 100});
  Refresh(pool, CandidatePool::kFewObservations);
  const auto before = Architectures(pool);
  Refresh(pool, CandidatePool::kFewObservations);
  EXPECT_EQ(pool.candidates().size(), 100u);
  for (const auto& a : Architectures(pool)) { EXPECT_FALSE(before.contains(a)); }
}

TEST_F(CandidatePoolTest, KeepsMostCandidatesWithManyObservations) {
  constexpr std::size_t kMany = 4 * CandidatePool::kFewObservations;
  CandidatePool pool = Make({0, 0, 100});
  for (std::size_t draw = 1; draw <= 6; ++draw) {
    Refresh(pool, kMany);
    EXPECT_EQ(pool.candidates().size(), std::min<std::size_t>(draw, 4) * 25);
  }
  const std::size_t kept = Architectures(pool).size() - 25;
  const auto before = Architectures(pool);
  Refresh(pool, kMany);
  std::size_t met = 0;
  for (const auto& a : Architectures(pool)) { met += before.contains(a); }
  EXPECT_EQ(met, kept);
}

TEST_F(CandidatePoolTest, DropsWhatIsNoLongerAccepted) {
  CandidatePool pool = Make({0, 0, 400});
  for (int i = 0; i < 4; ++i) { Refresh(pool, 4 * CandidatePool::kFewObservations); }
  Refresh(pool, 4 * CandidatePool::kFewObservations, '7');
  EXPECT_GT(pool.candidates().size(), 10u);
  for (const auto& a : Architectures(pool)) { EXPECT_EQ(grid_.space().Format(a)[0], '7'); }
}

}  // namespace
}  // namespace bo
