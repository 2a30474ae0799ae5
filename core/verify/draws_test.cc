// The checks of probabilities, with spaces that draw well and spaces that are a little biased.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <lode/testing.hpp>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/verify/space_parts.h"
#include "core/verify/space_probe.h"

namespace lode::verify {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Choices = std::vector<std::size_t>;

// What a test changes: each function gets the choices after a sound draw.
struct Steering {
  std::function<void(Random, Choices&)> sample{};
  std::function<void(Random, const Choices& parent, Choices&)> mutate{};
  std::function<void(Random, const Choices& mother, const Choices& father, Choices&)> cross{};
  double probability_factor = 1;  // of resampling
  double size_factor = 1;         // of what it claims to be its size
};

// A grid whose draws a test changes.
class SteeredSpace : public test::GridSpace {
 public:
  using test::GridSpace::GridSpace;

  static inline Steering steering;

  double Log10Size() const { return ChoiceSpace::Log10Size() + std::log10(steering.size_factor); }
  void Sample(Random random, std::span<std::uint8_t> out) const {
    ChoiceSpace::Sample(random, out);
    if (steering.sample) {
      Change(out, [&](Choices& drawn) { steering.sample(random, drawn); });
    }
  }
  void Mutate(Random random, ArchitectureView parent, std::span<std::uint8_t> child) const {
    ChoiceSpace::Mutate(random, parent, child);
    if (steering.mutate) {
      Change(child, [&](Choices& drawn) { steering.mutate(random, ChoicesOf(parent), drawn); });
    }
  }
  void Crossover(Random random, ArchitectureView mother, ArchitectureView father,
                 std::span<std::uint8_t> child) const {
    ChoiceSpace::Crossover(random, mother, father, child);
    if (steering.cross) {
      Change(child, [&](Choices& drawn) {
        steering.cross(random, ChoicesOf(mother), ChoicesOf(father), drawn);
      });
    }
  }
  void Resample(Random random, double probability, ArchitectureView parent,
                std::span<std::uint8_t> child) const {
    ChoiceSpace::Resample(random, probability * steering.probability_factor, parent, child);
  }

 private:
  template <class Call>
  void Change(std::span<std::uint8_t> out, Call&& change) const {
    Choices choices = ChoicesOf(out);
    change(choices);
    std::ranges::fill(out, std::uint8_t{0});
    SetChoices(choices, out);
  }
};

class DrawsTest : public testing::Test {
 protected:
  ~DrawsTest() override { SteeredSpace::steering = {}; }

  using Check = void (*)(SpaceProbe&, const std::vector<Bytes>&, Findings&);

  // Returns the first finding about a space of this shape, "RULE: SEEN"; "" if there is none.
  static std::string FirstFinding(Check check, int rows, int choices) {
    static const lode_component& component =
        *SpaceComponent<SteeredSpace>("steered", "1.0.0", "A grid that a test steers.");
    const test::SpaceInstance space(
        test::Values(component).Set("rows", rows).Set("choices", choices));
    Findings findings;
    SpaceProbe probe(space.handle(), findings);
    std::vector<Bytes> samples;
    const Steering steering = std::exchange(SteeredSpace::steering, {});
    for (std::uint64_t seed = 0; seed < kSampleCount; ++seed) {
      samples.push_back(probe.Sample(seed).value());
    }
    SteeredSpace::steering = steering;
    check(probe, samples, findings);
    return findings.empty() ? "" : findings.list()[0].rule + ": " + findings.list()[0].seen;
  }
  static std::string OfSamples(int rows, int choices) {
    return FirstFinding(CheckSampleDraws, rows, choices);
  }
  static std::string OfVariation(int rows, int choices) {
    return FirstFinding(CheckVariationDraws, rows, choices);
  }

  static Steering& steering() { return SteeredSpace::steering; }
};

TEST_F(DrawsTest, SoundSpacesAreNotAccused) {
  EXPECT_EQ(OfSamples(1, 2), "");
  EXPECT_EQ(OfSamples(4, 3), "");
  EXPECT_EQ(OfSamples(6, 3), "");   // with the chi-square of all architectures
  EXPECT_EQ(OfSamples(15, 2), "");  // too large to count them
  EXPECT_EQ(OfSamples(3, 1), "");   // one architecture
  EXPECT_EQ(OfVariation(1, 2), "");
  EXPECT_EQ(OfVariation(3, 3), "");
  EXPECT_EQ(OfVariation(3, 1), "");
}

// 81 architectures: each is counted.
TEST_F(DrawsTest, AnArchitectureThatIsTwiceAsFrequentIsFound) {
  steering().sample = [](Random random, Choices& drawn) {
    if (random.Below(80) == 0) { drawn = {2, 2, 2, 2}; }
  };
  EXPECT_THAT(OfSamples(4, 3), HasSubstr("space.sample.uniform: draws an architecture with a "
                                         "frequency of 0.02"));
}

TEST_F(DrawsTest, AnArchitectureThatIsNeverDrawnIsFound) {
  steering().sample = [](Random, Choices& drawn) {
    if (drawn == Choices{2, 2, 2, 2}) { drawn[0] = 0; }
  };
  EXPECT_EQ(OfSamples(4, 3), "space.sample.uniform: draws only 80 different architectures");
}

TEST_F(DrawsTest, MoreArchitecturesThanThereShouldBeAreFound) {
  steering().size_factor = 8.0 / 9;
  EXPECT_EQ(OfSamples(2, 3), "space.log10_size: sample draws 9 different architectures");
}

// 729 architectures, of which a third is drawn. Each row is uniform, and so is each pair of rows.
TEST_F(DrawsTest, ADependenceOfAllRowsTogetherIsFound) {
  steering().sample = [](Random, Choices& drawn) {
    drawn.back() = std::accumulate(drawn.begin(), drawn.end() - 1, std::size_t{0}) % 3;
  };
  EXPECT_THAT(OfSamples(6, 3), HasSubstr("space.sample.uniform: chi-square is "));
}

// 2^15 architectures: rows and pairs of rows are counted.
TEST_F(DrawsTest, ABiasedRowOfALargeSpaceIsFound) {
  const auto bias = [](double share) {
    return [share](Random random, Choices& drawn) { drawn[0] = random.Uniform() < share ? 1 : 0; };
  };
  steering().sample = bias(0.56);
  EXPECT_THAT(OfSamples(15, 2), HasSubstr("space.sample.uniform: row 0: column "));
  steering().sample = bias(0.505);  // 8000 draws do not tell this from chance
  EXPECT_EQ(OfSamples(15, 2), "");
}

TEST_F(DrawsTest, DependentRowsOfALargeSpaceAreFound) {
  steering().sample = [](Random random, Choices& drawn) {
    if (random.Below(4) == 0) { drawn[8] = drawn[7]; }
  };
  EXPECT_THAT(OfSamples(15, 2), HasSubstr("space.sample.uniform: row 7 with the next: pair "));
}

// Draws a neighbor in the last row again with a probability of 1 - `share`.
auto AvoidLastRow(double share) {
  return [share](Random random, const Choices& parent, Choices& child) {
    const bool is_last = child.back() != parent.back();
    if (is_last && random.Uniform() >= share) {
      child = parent;
      child[0] = (child[0] + 1) % 3;
    }
  };
}

TEST_F(DrawsTest, ANeighborThatMutateHardlyEverDrawsIsFound) {
  steering().mutate = AvoidLastRow(0.02);
  EXPECT_THAT(OfVariation(2, 3), HasSubstr("space.mutate.reach: neighbor "));
  steering().mutate = AvoidLastRow(0);
  EXPECT_THAT(OfVariation(2, 3), HasSubstr(" is drawn 0 times in "));
  steering().mutate = AvoidLastRow(0.3);  // the rule asks for a tenth
  EXPECT_EQ(OfVariation(2, 3), "");
}

TEST_F(DrawsTest, AParentThatHardlyEverPassesOnARowIsFound) {
  const auto prefer_mother = [](double share) {
    return [share](Random random, const Choices& mother, const Choices& father, Choices& child) {
      child[2] = random.Uniform() < share ? mother[2] : father[2];
    };
  };
  steering().cross = prefer_mother(0.99);
  EXPECT_EQ(OfVariation(3, 3), "space.crossover.mix: row 2 is hardly ever the father's");
  steering().cross = prefer_mother(0.01);
  EXPECT_EQ(OfVariation(3, 3), "space.crossover.mix: row 2 is hardly ever the mother's");
  steering().cross = prefer_mother(0.9);
  EXPECT_EQ(OfVariation(3, 3), "");
}

TEST_F(DrawsTest, ResamplingWithAnotherProbabilityIsFound) {
  steering().probability_factor = 0.8;
  EXPECT_THAT(OfVariation(3, 3),
              HasSubstr("space.resample: row 0 changes with a frequency of 0.2"));
  steering().probability_factor = 1.2;
  EXPECT_THAT(OfVariation(3, 3), HasSubstr("space.resample: row 0 changes with a frequency of "));
}

}  // namespace
}  // namespace lode::verify
