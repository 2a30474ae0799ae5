#include "plugins/spaces/nb201/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace nb201 {
namespace {

// Short names, so that a test reads like the cell it is about.
constexpr Operation kN = kNone, kS = kSkipConnect, kC1 = kConv1x1, kC3 = kConv3x3, kP = kAvgPool3x3;

bool Same(const Cell& a, const Cell& b) { return Representative(a) == Representative(b); }

TEST(Canonical, HasTheKnownNumberOfClasses) {
  std::set<std::uint32_t> representatives;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    representatives.insert(ToIndex(Representative(FromIndex(i))));
  }
  // Counted independently: EqualCellsComputeTheSameFunctionAndOthersDoNot.
  EXPECT_EQ(representatives.size(), 5234u);
}

TEST(Canonical, TheRepresentativeIsTheLowestOfItsClass) {
  std::map<FunctionKey, std::uint32_t> lowest;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const std::uint32_t expected = lowest.try_emplace(KeyOf(FromIndex(i)), i).first->second;
    ASSERT_EQ(ToIndex(Representative(FromIndex(i))), expected);
    ASSERT_EQ(Representative(FromIndex(expected)), FromIndex(expected));
  }
}

// The edges of a Cell: 0->1, 0->2, 1->2, 0->3, 1->3, 2->3.

TEST(Canonical, OperationsThatDoNotReachTheOutputAreDropped) {
  EXPECT_EQ(Representative({kC3, kC1, kP, kN, kN, kN}), Cell{});
  EXPECT_TRUE(Same({kC3, kN, kN, kC1, kN, kN}, {kN, kN, kN, kC1, kN, kN}));
}

TEST(Canonical, SkipsAreTransparent) {
  EXPECT_TRUE(Same({kS, kN, kN, kN, kC3, kN}, {kN, kN, kN, kC3, kN, kN}));
  EXPECT_TRUE(Same({kC3, kN, kS, kN, kN, kC1}, {kC3, kN, kN, kN, kC1, kN}));
}

TEST(Canonical, MiddleNodesMaySwap) {
  EXPECT_TRUE(Same({kC1, kC3, kN, kN, kP, kS}, {kC3, kC1, kN, kN, kS, kP}));
  EXPECT_FALSE(Same({kC1, kC3, kN, kN, kP, kS}, {kC1, kC3, kN, kN, kS, kP}));
}

TEST(Canonical, SumsKeepMultiplicity) {
  EXPECT_FALSE(Same({kS, kN, kN, kS, kS, kN}, {kN, kN, kN, kS, kN, kN}));  // 2x, x
  EXPECT_TRUE(Same({kS, kN, kN, kS, kS, kN}, {kN, kS, kN, kS, kN, kS}));   // 2x both
}

TEST(Canonical, PoolingIsLinear) {
  // pool(x + c(x)) = pool(x) + pool(c(x))
  EXPECT_TRUE(Same({kC3, kS, kS, kN, kN, kP}, {kC3, kN, kN, kP, kP, kN}));
}

TEST(Canonical, AConvolutionOfASumIsNotASumOfConvolutions) {
  EXPECT_FALSE(Same({kC3, kS, kS, kN, kN, kC1}, {kC3, kN, kN, kC1, kC1, kN}));
}

TEST(Canonical, OneConvolutionReadTwiceIsNotTwoConvolutions) {
  EXPECT_FALSE(Same({kC3, kN, kS, kN, kS, kS}, {kC3, kC3, kN, kN, kS, kS}));  // 2 a(x), a(x) + b(x)
}

TEST(Canonical, AConvolutionOfZerosIsNotZero) {
  EXPECT_FALSE(Same({kN, kN, kN, kS, kC3, kN}, {kN, kN, kN, kS, kN, kN}));
  EXPECT_TRUE(Same({kN, kN, kN, kS, kP, kS}, {kN, kN, kN, kS, kN, kN}));  // pools of zeros are
}

TEST(Canonical, AConvolutionOfZerosIsOneConstantForAnyKernel) {
  EXPECT_TRUE(Same({kN, kN, kN, kS, kC3, kN}, {kN, kN, kN, kS, kC1, kN}));
  // Also if another convolution reads it.
  EXPECT_TRUE(Same({kN, kN, kC3, kS, kN, kC1}, {kN, kN, kC1, kS, kN, kC1}));
  EXPECT_FALSE(Same({kN, kN, kC3, kS, kN, kC1}, {kN, kN, kC3, kS, kN, kC3}));
}

TEST(Canonical, PoolingAConstantChangesNothing) {
  EXPECT_TRUE(Same({kN, kN, kC3, kS, kN, kP}, {kN, kN, kC3, kS, kN, kS}));
  EXPECT_TRUE(Same({kN, kS, kC3, kN, kN, kP}, {kN, kN, kC1, kP, kN, kS}));  // pool(x + c)
  EXPECT_FALSE(Same({kN, kN, kC3, kS, kN, kP}, {kN, kN, kC3, kP, kN, kS}));
}

// An independent definition of sameness: the cells run on an image of one channel, with random
// weights.
using Image = std::array<double, 16>;  // 4 x 4

// A convolution's weights, for both kernels: the operation decides which one is used.
struct Weights {
  double one;
  std::array<double, 9> three;
  double shift;
};

// A network of one channel. Several are needed: in a single one, a convolution may read only
// negative numbers.
struct Network {
  explicit Network(unsigned seed) {
    std::mt19937 random(seed);
    const auto draw = [&random] { return static_cast<double>(random()) / 2147483648.0 - 1; };
    std::ranges::generate(input, draw);
    std::ranges::generate(projection, draw);
    for (Weights& w : weights) {
      w.one = draw();
      std::ranges::generate(w.three, draw);
      w.shift = draw();
    }
  }
  Image input, projection;
  std::array<Weights, kEdges> weights;
};

class Runner {
 public:
  // Over all ways to assign the first weights to the convolutions that are read: the mean of the
  // output's projection, and of its square. Equal cells have equal means; others have equal means
  // only by chance.
  std::pair<double, double> Means(const Cell& cell) const {
    std::vector<std::size_t> live;  // convolutions with a path to node 3
    for (std::size_t e = 0; e < kEdges; ++e) {
      if ((cell[e] == kConv1x1 || cell[e] == kConv3x3) && Reaches(cell, kEdgeOrder[e].to)) {
        live.push_back(e);
      }
    }
    std::vector<std::size_t> order(live.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    double sum = 0, squares = 0, count = 0;
    do {
      std::array<std::size_t, kEdges> of_edge{};
      for (std::size_t i = 0; i < live.size(); ++i) { of_edge[live[i]] = order[i]; }
      double value = 0;
      for (const Network& network : networks_) { value += Output(network, cell, of_edge); }
      sum += value;
      squares += value * value;
      ++count;
    } while (std::next_permutation(order.begin(), order.end()));
    return {sum / count, squares / count};
  }

 private:
  static bool Reaches(const Cell& cell, std::size_t node) {
    if (node == kNodes - 1) { return true; }
    for (std::size_t e = 0; e < kEdges; ++e) {
      if (kEdgeOrder[e].from == node && cell[e] != kNone && Reaches(cell, kEdgeOrder[e].to)) {
        return true;
      }
    }
    return false;
  }

  static double Output(const Network& network, const Cell& cell,
                       const std::array<std::size_t, kEdges>& of_edge) {
    std::array<Image, kNodes> nodes{network.input};
    for (std::size_t e = 0; e < kEdges; ++e) {
      if (cell[e] == kNone) { continue; }
      const Image image = Apply(cell[e], nodes[kEdgeOrder[e].from], network.weights[of_edge[e]]);
      for (std::size_t p = 0; p < image.size(); ++p) { nodes[kEdgeOrder[e].to][p] += image[p]; }
    }
    const Image& out = nodes[kNodes - 1];
    return std::inner_product(out.begin(), out.end(), network.projection.begin(), 0.0);
  }

  static Image Apply(Operation operation, const Image& in, const Weights& weights) {
    Image out{};
    if (operation == kSkipConnect) { return in; }
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 4; ++x) {
        double sum = 0, pixels = 0;
        for (int dy = -1; dy <= 1; ++dy) {
          for (int dx = -1; dx <= 1; ++dx) {
            if (y + dy < 0 || y + dy > 3 || x + dx < 0 || x + dx > 3) { continue; }
            const double value = in[static_cast<std::size_t>(4 * (y + dy) + x + dx)];
            const double tap = weights.three[static_cast<std::size_t>(3 * dy + dx + 4)];
            const bool is_center = dy == 0 && dx == 0;
            ++pixels;
            if (operation == kAvgPool3x3) { sum += value; }
            if (operation == kConv3x3) { sum += tap * std::max(value, 0.0); }
            if (operation == kConv1x1 && is_center) { sum += weights.one * std::max(value, 0.0); }
          }
        }
        out[static_cast<std::size_t>(4 * y + x)] =
            operation == kAvgPool3x3 ? sum / pixels : sum + weights.shift;
      }
    }
    return out;
  }

  const std::array<Network, 4> networks_ = {Network(1), Network(2), Network(3), Network(4)};
};

// Means within a class differ only by rounding, those of two classes by far more, with nothing in
// between.
TEST(Canonical, EqualCellsComputeTheSameFunctionAndOthersDoNot) {
  const Runner runner;
  std::vector<std::pair<std::pair<double, double>, std::uint32_t>> found;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const Cell cell = FromIndex(i);
    found.emplace_back(runner.Means(cell), ToIndex(Representative(cell)));
  }
  std::map<std::uint32_t, std::pair<double, double>> of_class;
  for (const auto& [means, representative] : found) {
    const auto& first = of_class.try_emplace(representative, means).first->second;
    ASSERT_NEAR(means.first, first.first, 1e-12) << Format(FromIndex(representative));
    ASSERT_NEAR(means.second, first.second, 1e-12) << Format(FromIndex(representative));
  }
  std::vector<std::pair<double, double>> classes;
  for (const auto& [representative, means] : of_class) { classes.push_back(means); }
  std::sort(classes.begin(), classes.end());
  for (std::size_t i = 1; i < classes.size(); ++i) {
    const double apart = std::max(classes[i].first - classes[i - 1].first,
                                  std::abs(classes[i].second - classes[i - 1].second));
    ASSERT_GT(apart, 1e-10) << i;
  }
}

}  // namespace
}  // namespace nb201
