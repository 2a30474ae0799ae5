#include "plugins/spaces/nb201/networks/network.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "plugins/spaces/nb201/networks/cell_function.h"
#include "plugins/spaces/nb201/table.h"
#include "toolkit/training/channels_last.h"
#include "toolkit/training/macs.h"

namespace nb201 {
namespace {

using lode::training::Pass;
using torch::Tensor;

Cell ParseCell(const std::string& text) {
  Cell cell{};
  ParseError error;
  EXPECT_TRUE(Parse(text, &cell, &error)) << error.message;
  return cell;
}

// Special cells, and random ones.
std::vector<Cell> SomeCells(std::size_t random) {
  std::vector<Cell> cells;
  for (std::size_t operation = 0; operation < kOperations; ++operation) {
    Cell cell{};
    cell.fill(static_cast<Operation>(operation));
    cells.push_back(cell);
  }
  cells.push_back({kConv3x3, kNone, kNone, kSkipConnect, kNone, kNone});       // a dead convolution
  cells.push_back({kNone, kConv1x1, kConv3x3, kNone, kConv3x3, kAvgPool3x3});  // one of zeros
  cells.push_back({kNone, kNone, kNone, kNone, kConv3x3, kNone});
  cells.push_back({kConv3x3, kNone, kConv1x1, kNone, kNone, kConv3x3});  // one after another
  cells.push_back({kSkipConnect, kNone, kSkipConnect, kNone, kNone, kSkipConnect});
  std::mt19937 bits(11);
  while (random-- > 0) {
    cells.push_back(FromIndex(static_cast<std::uint32_t>(bits() % kArchitectures)));
  }
  return cells;
}

Tensor Draw(at::IntArrayRef sizes) {
  return torch::randn(sizes).contiguous(at::MemoryFormat::ChannelsLast);
}

// The results of a cell, forward and backward, in training and then in evaluation.
struct Outcome {
  Tensor out, dx, evaluated;
  std::vector<Tensor> gradients, moments;
};

using CellForm = Tensor (*)(const Tensor&, const Cell&, CellConvolutions&, const Pass&);

Outcome RunCell(CellForm form, const Cell& cell, const Tensor& x, const Tensor& dy,
                bool affine = true) {
  torch::manual_seed(5);
  FirstWeights weights(5);
  CellConvolutions convolutions = {{nullptr, nullptr, nullptr, nullptr, nullptr, nullptr}};
  std::vector<lode::training::ConvNorm> made;
  for (std::size_t e = 0; e < kEdges; ++e) {
    if (cell[e] != kConv1x1 && cell[e] != kConv3x3) { continue; }
    const std::int64_t kernel = cell[e] == kConv3x3 ? 3 : 1;
    made.push_back(lode::training::ConvNorm(x.size(1), x.size(1), kernel, 1, weights, affine));
    if (affine) {
      const torch::NoGradGuard no_grad;
      made.back()->norm->weight.uniform_(0.5, 1.5);
      made.back()->norm->bias.uniform_(-0.5, 0.5);
    }
    convolutions[e] = made.back();
  }
  Outcome outcome;
  const Tensor leaf = x.clone().requires_grad_();
  outcome.out = form(leaf, cell, convolutions, Pass::Training());
  outcome.out.backward(dy);
  outcome.dx = leaf.grad();
  for (const auto& convolution : made) {
    for (const Tensor& parameter : convolution->parameters()) {
      outcome.gradients.push_back(parameter.grad());
    }
    outcome.moments.push_back(convolution->norm->running_mean.clone());
    outcome.moments.push_back(convolution->norm->running_variance.clone());
  }
  const torch::NoGradGuard no_grad;
  outcome.evaluated = form(x, cell, convolutions, Pass::Evaluation());
  return outcome;
}

void ExpectClose(const Tensor& a, const Tensor& b, const std::string& what) {
  const Tensor right = b.defined() ? b : torch::zeros_like(a);
  const double scale = std::max(1.0, right.abs().max().item<double>());
  EXPECT_LE((a - right).abs().max().item<double>(), 2e-5 * scale) << what;
}

TEST(CellFunctionTest, FusedCellsEqualPlainOnes) {
  torch::manual_seed(3);
  for (const std::int64_t channels : {16, 20}) {
    const Tensor x = Draw({3, channels, 6, 10}), dy = Draw({3, channels, 6, 10});
    for (const Cell& cell : SomeCells(40)) {
      const std::string name = Format(cell);
      const bool affine = ToIndex(cell) % 2 == 0;
      const Outcome plain = RunCell(PlainCell, cell, x, dy, affine),
                    fused = RunCell(FusedCell, cell, x, dy, affine);
      ExpectClose(fused.out, plain.out, name);
      ExpectClose(fused.dx, plain.dx, name + " dx");
      ASSERT_EQ(fused.gradients.size(), plain.gradients.size());
      for (std::size_t i = 0; i < fused.gradients.size(); ++i) {
        ASSERT_TRUE(fused.gradients[i].defined()) << name;
        ExpectClose(fused.gradients[i], plain.gradients[i], name + " parameter");
      }
    }
  }
}

TEST(CellFunctionTest, DropPathDropsAllEdgesExceptSkips) {
  const Tensor x = Draw({5, 16, 6, 6});
  FirstWeights weights(5);
  const Cell cell = {kConv3x3, kAvgPool3x3, kSkipConnect, kSkipConnect, kConv1x1, kSkipConnect};
  CellModule module(16, OperationsOf(cell), true, weights);
  lode::training::DropPath nearly_all(1 - 1e-12, 1), none(0, 1);
  EXPECT_TRUE(torch::equal(module(x, cell, Pass::Training(&nearly_all)), x));
  EXPECT_TRUE(
      torch::equal(module(x, cell, Pass::Training(&none)), module(x, cell, Pass::Training())));
}

TEST(CellFunctionTest, RunningMomentsAndEvaluationEqualPlainOnesWhereTheyMatter) {
  torch::manual_seed(4);
  const Tensor x = Draw({4, 16, 8, 8}), dy = Draw({4, 16, 8, 8});
  for (const Cell& cell : SomeCells(20)) {
    const Outcome plain = RunCell(PlainCell, cell, x, dy), fused = RunCell(FusedCell, cell, x, dy);
    ExpectClose(fused.evaluated, plain.evaluated, Format(cell));
  }
  const Cell all = ParseCell(
      "|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|nor_conv_1x1~0|nor_conv_3x3~1|nor_conv_"
      "3x3~2|");
  const Outcome plain = RunCell(PlainCell, all, x, dy), fused = RunCell(FusedCell, all, x, dy);
  for (std::size_t i = 0; i < plain.moments.size(); ++i) {
    ExpectClose(fused.moments[i], plain.moments[i], "moment");
  }
}

// Temporarily sets LibTorch's number of threads.
class Threads {
 public:
  explicit Threads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

TEST(ThreadsTest, ShareTheWork) {
  const Threads threads(3);
  std::array<std::int64_t, 3> shares{};
  at::parallel_for(0, 30, 1, [&](std::int64_t begin, std::int64_t end) {
    shares[static_cast<std::size_t>(at::get_thread_num())] += end - begin;
  });
  EXPECT_THAT(shares, testing::Each(10));
}

TEST(CellFunctionTest, MomentsDoNotDependOnTheNumberOfThreads) {
  torch::manual_seed(9);
  const Tensor x = Draw({5, 16, 16, 16});
  const auto moments = [&](int count) {
    const Threads threads(count);
    return lode::training::MomentsOf(x);
  };
  const lode::training::Moments alone = moments(1), together = moments(2);
  EXPECT_EQ(alone.mean, together.mean);
  EXPECT_EQ(alone.variance, together.variance);
}

TEST(NetworkTest, EvaluationDoesNotDependOnTheNumberOfThreads) {
  torch::manual_seed(9);
  const torch::NoGradGuard no_grad;
  const Cell cell = {kConv3x3, kAvgPool3x3, kSkipConnect, kSkipConnect, kConv1x1, kConv3x3};
  Network network(NetworkConfig{3, 10, 16, 1}, cell, 1);
  const Tensor images = Draw({40, 3, 16, 16});
  const auto evaluate = [&](int count) {
    const Threads threads(count);
    return network(images, cell, Pass::Evaluation());
  };
  const Tensor alone = evaluate(1);
  for (int i = 0; i < 20; ++i) { EXPECT_TRUE(torch::equal(evaluate(3), alone)) << i; }
}

// ---- sizes

struct BenchmarkData {
  const char* name;
  std::int64_t classes, side;
};
constexpr BenchmarkData kData[] = {
    {"cifar10", 10, 32}, {"cifar100", 100, 32}, {"imagenet16", 120, 16}};

Table TableOf(const BenchmarkData& data) {
  const std::string name = data.name;
  return ReadTable(
      LODE_SOURCE_DIR "/plugins/spaces/nb201/nb201.tsv.gz",
      {name + "_valid", name + "_test", "params_" + name, "mflops_" + name, name + "_seconds"});
}

std::int64_t MacsOf(Network& network, const Cell& cell, std::int64_t side) {
  const torch::NoGradGuard no_grad;
  const Tensor image = torch::zeros({1, 3, side, side});
  return lode::training::MacsOf([&] { network(image, cell, Pass::Evaluation()); });
}

// The multiply-adds of a cell are a sum of the contributions of each operation on each edge to an
// empty cell, which are counted on the network.
TEST(NetworkSizeTest, ParametersAndMacsEqualTheTablesForEveryCell) {
  for (const BenchmarkData& data : kData) {
    const Table table = TableOf(data);
    Network network(NetworkConfig{3, data.classes, 16, 5}, std::nullopt, 1);
    // An edge counts only if it has a path to the output, so all other edges are skips.
    const Cell base = {kSkipConnect, kSkipConnect, kSkipConnect,
                       kSkipConnect, kSkipConnect, kSkipConnect};
    const std::int64_t outside = MacsOf(network, base, data.side);
    std::array<std::array<std::int64_t, kOperations>, kEdges> added{};
    for (std::size_t e = 0; e < kEdges; ++e) {
      for (const Operation operation : {kConv1x1, kConv3x3}) {
        Cell cell = base;
        cell[e] = operation;
        added[e][operation] = MacsOf(network, cell, data.side) - outside;
      }
    }
    for (std::uint32_t i = 0; i < kArchitectures; ++i) {
      const Cell cell = FromIndex(i);
      std::int64_t macs = outside + data.classes;  // the benchmark counts the classifier's biases
      for (std::size_t e = 0; e < kEdges; ++e) { macs += added[e][cell[e]]; }
      ASSERT_NEAR(table[i].mflops, static_cast<double>(macs) / 1e6, 0.5001e-5) << Format(cell);
      ASSERT_EQ(table[i].params, static_cast<double>(network->ParametersOf(cell))) << Format(cell);
    }
  }
}

TEST(NetworkSizeTest, ANetworkOfOneCellHasOnlyItsParameters) {
  for (const Cell& cell : SomeCells(20)) {
    Network supernet(NetworkConfig{}, std::nullopt, 1), network(NetworkConfig{}, cell, 1);
    std::int64_t count = 0;
    for (const Tensor& parameter : network->parameters()) { count += parameter.numel(); }
    EXPECT_EQ(count, supernet->ParametersOf(cell)) << Format(cell);
    EXPECT_EQ(count, network->ParametersOf(cell)) << Format(cell);
  }
}

TEST(NetworkTest, FollowsACellInEachPlace) {
  torch::manual_seed(9);
  NetworkConfig config{3, 10, 4, 1};
  Network network(config, std::nullopt, 1);
  ASSERT_EQ(network->cell_modules(), 3U);
  const torch::NoGradGuard no_grad;
  const Tensor images = Draw({4, 3, 16, 16});
  const Cell all_skips = {kSkipConnect, kSkipConnect, kSkipConnect,
                          kSkipConnect, kSkipConnect, kSkipConnect};
  Cell convolves = all_skips;
  convolves[3] = kConv3x3;
  const auto follow = [&](const std::vector<Cell>& path) {
    return network->Follow(images, path, Pass::Evaluation());
  };
  EXPECT_TRUE(torch::equal(follow({convolves}), follow({convolves, convolves, convolves})));
  EXPECT_TRUE(torch::equal(follow({convolves}), network(images, convolves, Pass::Evaluation())));
  EXPECT_FALSE(torch::equal(follow({convolves, all_skips, all_skips}),
                            follow({all_skips, all_skips, convolves})));
}

// Norms that track nothing use the whole batch's moments, in any pass.
TEST(NetworkTest, BatchMomentsMakeImagesDependOnEachOther) {
  torch::manual_seed(9);
  const Cell cell = {kConv3x3, kAvgPool3x3, kSkipConnect, kSkipConnect, kConv1x1, kConv3x3};
  const torch::NoGradGuard no_grad;
  const Tensor images = Draw({20, 3, 16, 16});
  for (const bool tracks : {true, false}) {
    NetworkConfig config{3, 10, 4, 1};
    config.tracks_moments = tracks;
    Network network(config, cell, 1);
    const Tensor together = network(images, cell, Pass::Evaluation());
    const Tensor alone = network(images.slice(0, 0, 2), cell, Pass::Evaluation());
    EXPECT_EQ(torch::allclose(together.slice(0, 0, 2), alone, 1e-4, 1e-5), tracks);
  }
}

TEST(NetworkTest, TheSameSeedMakesTheSameNetwork) {
  const Cell cell = SomeCells(0)[3];
  Network a(NetworkConfig{}, cell, 7), b(NetworkConfig{}, cell, 7), c(NetworkConfig{}, cell, 8);
  EXPECT_TRUE(torch::equal(a->parameters()[0], b->parameters()[0]));
  EXPECT_FALSE(torch::equal(a->parameters()[0], c->parameters()[0]));
}

}  // namespace
}  // namespace nb201
