#include "plugins/optimizers/bananas/candidates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace bananas {
namespace {

// Decisions that differ.
std::size_t Changes(lode::ArchitectureView a, lode::ArchitectureView b) {
  std::size_t cells = 0;
  for (std::size_t i = 0; i < a.size(); ++i) { cells += a[i] != b[i]; }
  return cells / 2;
}

bool AcceptAll(lode::ArchitectureView) { return true; }

class CandidatesTest : public testing::Test {
 protected:
  lode::Architecture Parse(const std::string& text) const { return grid_.space().Parse(text); }
  std::vector<lode::Architecture> Draw(const CandidateGenerator::Settings& settings,
                                       const std::vector<lode::Architecture>& parents) const {
    return CandidateGenerator(grid_.space(), settings).Draw(stream_.random(), parents, AcceptAll);
  }

  const lode::test::Grid grid_{10, 10};
  mutable lode::test::FixedStream stream_{1};
  const std::vector<lode::Architecture> parents_ = {
      Parse("0-0-0-0-0-0-0-0-0-0"), Parse("1-1-1-1-1-1-1-1-1-1"), Parse("2-2-2-2-2-2-2-2-2-2")};
};

TEST_F(CandidatesTest, AreMutationsOfTheFirstParentsInEqualShares) {
  std::vector<std::size_t> counts(3, 0);
  for (const auto& a :
       Draw({.mutants = 40, .parents = 2, .further_mutation = 0, .uniform = 0}, parents_)) {
    for (std::size_t p = 0; p < 3; ++p) { counts[p] += Changes(a, parents_[p]) == 1; }
  }
  EXPECT_EQ(counts[0] + counts[1] + counts[2], 40u);
  EXPECT_GE(counts[0], 14u);  // of 20 draws among 90 neighbors; what they repeat is missing
  EXPECT_GE(counts[1], 14u);
  EXPECT_LE(counts[2], 12u);
}

// A parent has 90 neighbors, so five times as many parents are needed, and there are three.
TEST_F(CandidatesTest, AreDrawnFromFurtherParentsUntilThereAreEnough) {
  const std::vector<lode::Architecture> all =
      Draw({.mutants = 150, .parents = 1, .further_mutation = 0, .uniform = 0}, parents_);
  EXPECT_EQ(all.size(), 150u);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 150u) << "each once";
}

TEST_F(CandidatesTest, AreMutatedFurtherWithTheGivenProbability) {
  std::vector<std::size_t> counts(11, 0);
  const auto all =
      Draw({.mutants = 2000, .parents = 1, .further_mutation = 0.5, .uniform = 0}, {parents_[0]});
  for (const auto& a : all) { ++counts[Changes(a, parents_[0])]; }
  EXPECT_EQ(counts[1], 90u) << "all neighbors";
  EXPECT_GT(counts[2], counts[3]);
  EXPECT_GT(counts[3], 0u);
}

TEST_F(CandidatesTest, AreDrawnFromTheWholeSpaceToo) {
  const auto all =
      Draw({.mutants = 0, .parents = 1, .further_mutation = 0, .uniform = 50}, parents_);
  EXPECT_EQ(all.size(), 50u);
  for (const auto& a : all) { EXPECT_GT(Changes(a, parents_[0]), 3u); }
}

TEST_F(CandidatesTest, AreAccepted) {
  const CandidateGenerator generator(grid_.space(), {});
  const auto accepts = [&](lode::ArchitectureView a) { return grid_.space().Format(a)[0] == '0'; };
  const auto all = generator.Draw(stream_.random(), parents_, accepts);
  EXPECT_GT(all.size(), 20u);
  for (const auto& a : all) { EXPECT_TRUE(accepts(a)); }
}

// A space with the methods that it must have.
class Bare {
 public:
  struct Config {};
  Bare(lode::Host, const Config&) {}
  std::vector<lode::Matrix> Matrices() const { return tiny_.Matrices(); }
  double Log10Size() const { return tiny_.Log10Size(); }
  void Discretize(lode::ActionView action, std::span<std::uint8_t> out) const {
    tiny_.Discretize(action, out);
  }
  void Sample(lode::Random random, std::span<std::uint8_t> out) const { tiny_.Sample(random, out); }
  std::string Format(lode::ArchitectureView a) const { return tiny_.Format(a); }
  void Parse(std::string_view text, std::span<std::uint8_t> out) const { tiny_.Parse(text, out); }

 private:
  lode::ChoiceSpace tiny_{{{"x", {"0", "1", "2"}}, {"y", {"0", "1", "2"}}}};
};

TEST(Candidates, OfASpaceWithoutMutationsAreFromTheWholeSpace) {
  const lode::test::BoundSpace<Bare> bound;
  ASSERT_FALSE(bound.space().CanMutate());
  lode::test::FixedStream stream(1);
  const std::vector<lode::Architecture> parents(5, bound.space().Parse("0,0"));
  const CandidateGenerator generator(bound.space(), {});
  EXPECT_EQ(generator.Draw(stream.random(), parents, AcceptAll).size(), 9u);
}

}  // namespace
}  // namespace bananas
