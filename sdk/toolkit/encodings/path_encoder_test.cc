#include "toolkit/encodings/path_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <lode/testing.hpp>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

namespace lode::encodings {
namespace {

const std::vector<std::string> kOperations = {"none", "skip", "a", "b"};

// Two operations in a row beside a third, like a cell of NAS-Bench-201 with three nodes.
class ThreeNodes : public ChoiceSpace {
 public:
  struct Config {};
  ThreeNodes(Host, const Config&)
      : ChoiceSpace({{"first", kOperations}, {"second", kOperations}, {"beside", kOperations}}) {}

  lode::Graph Graph(ArchitectureView architecture) const {
    const std::vector<std::size_t> choices = ChoicesOf(architecture);
    lode::Graph graph{{{"", "in"}, {"", "middle"}, {"", "out"}}, {}};
    const std::size_t ends[][2] = {{0, 1}, {1, 2}, {0, 2}};
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string& operation = kOperations[choices[i]];
      if (operation != "none") { graph.edges.push_back({ends[i][0], ends[i][1], operation}); }
    }
    return graph;
  }
};

// The sequences in a cell, from its definition: at most one of two operations and one of one.
std::set<std::string> SequencesIn(const std::array<std::string, 3>& cell) {
  const auto text = [](const std::string& operation) {
    return operation == "skip" ? std::string() : operation;
  };
  std::set<std::string> sequences;
  if (cell[0] != "none" && cell[1] != "none") { sequences.insert(text(cell[0]) + text(cell[1])); }
  if (cell[2] != "none") { sequences.insert(text(cell[2])); }
  return sequences;
}

class PathEncoderTest : public testing::Test {
 protected:
  PathEncoderTest() {
    for (const std::string& first : kOperations) {
      for (const std::string& second : kOperations) {
        for (const std::string& beside : kOperations) {
          cells_.push_back({first, second, beside});
          all_.push_back(bound_.space().Parse(first + "," + second + "," + beside));
        }
      }
    }
  }
  PathEncoder Make(std::size_t most_paths) const { return {bound_.space(), all_, most_paths}; }
  static std::vector<float> Encode(const PathEncoder& encoder, const Architecture& architecture) {
    std::vector<float> code(encoder.size(), -1);
    encoder.Encode(architecture, code);
    return code;
  }

  test::BoundSpace<ThreeNodes> bound_;
  std::vector<std::array<std::string, 3>> cells_;
  std::vector<Architecture> all_;
};

TEST_F(PathEncoderTest, HasANumberForEachSequence) {
  const PathEncoder encoder = Make(100);
  EXPECT_EQ(encoder.size(), 7u);  // "", a, b, aa, ab, ba, bb
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const std::vector<float> code = Encode(encoder, all_[i]);
    EXPECT_EQ(std::ranges::count(code, 1.0f) + std::ranges::count(code, 0.0f), 7);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(code, 1.0f)),
              SequencesIn(cells_[i]).size());
  }
}

TEST_F(PathEncoderTest, IsEqualIfAndOnlyIfTheSequencesAre) {
  const PathEncoder encoder = Make(100);
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_EQ(Encode(encoder, all_[i]) == Encode(encoder, all_[j]),
                SequencesIn(cells_[i]) == SequencesIn(cells_[j]))
          << i << " " << j;
    }
  }
}

// "a" and "b" are on a path in 24 cells each, "" in 19, and "ab", say, in 4.
TEST_F(PathEncoderTest, KeepsTheMostFrequentSequences) {
  std::map<std::string, std::size_t> frequencies;
  for (const auto& cell : cells_) {
    for (const std::string& sequence : SequencesIn(cell)) { ++frequencies[sequence]; }
  }
  ASSERT_GT(std::min(frequencies["a"], frequencies["b"]), frequencies[""]);
  ASSERT_GT(frequencies[""], frequencies["ab"]);
  const PathEncoder encoder = Make(2);
  ASSERT_EQ(encoder.size(), 2u);
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const std::set<std::string> sequences = SequencesIn(cells_[i]);
    const std::vector<float> code = Encode(encoder, all_[i]);
    EXPECT_EQ(std::accumulate(code.begin(), code.end(), 0.0f),
              static_cast<float>(sequences.count("a") + sequences.count("b")));
  }
}

TEST_F(PathEncoderTest, LeavesOutWhatOccursOnce) {
  const std::vector<Architecture> examples = {bound_.space().Parse("a,b,a"),
                                              bound_.space().Parse("b,a,a")};
  const PathEncoder encoder(bound_.space(), examples, 100);
  ASSERT_EQ(encoder.size(), 1u);
  EXPECT_THAT(Encode(encoder, bound_.space().Parse("none,none,a")), testing::ElementsAre(1));
  EXPECT_THAT(Encode(encoder, bound_.space().Parse("a,b,b")), testing::ElementsAre(0));
}

TEST(PathEncoder, IsEmptyWithoutAGraph) {
  const test::Grid grid(2, 3);
  const std::vector<Architecture> examples(3, grid.space().Parse("0-1"));
  const PathEncoder encoder(grid.space(), examples, 100);
  EXPECT_EQ(encoder.size(), 0u);
  encoder.Encode(examples[0], {});
}

TEST_F(PathEncoderTest, IsEmptyWithoutBranches) {
  const std::vector<Architecture> examples = {bound_.space().Parse("a,b,none"),
                                              bound_.space().Parse("a,b,none")};
  EXPECT_EQ(PathEncoder(bound_.space(), examples, 100).size(), 0u);
}

}  // namespace
}  // namespace lode::encodings
