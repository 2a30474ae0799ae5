#include "plugins/spaces/darts/networks/supernet.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugins/spaces/darts/drawn.h"
#include "plugins/spaces/darts/networks/supernet_oracle.h"
#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/space.h"
#include "plugins/spaces/darts/text.h"
#include "tests/failure.h"
#include "toolkit/training/macs.h"
#include "toolkit/training/random_images.h"
#include "toolkit/training/trainer.h"

namespace darts {
namespace {

using lode::training::Pass;
using torch::Tensor;

SupernetConfig Config(std::int64_t cells, std::int64_t channels, std::int64_t groups,
                      std::int64_t image_size = 32) {
  SupernetConfig config;
  static_cast<NetworkSettings&>(config) = {"cifar", cells, channels, 10, image_size, false};
  config.channel_groups = groups;
  return config;
}

Tensor Draw(std::int64_t images, const SupernetConfig& config) {
  return torch::randn({images, config.image_channels, config.image_size, config.image_size})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

// ---- sizes

std::int64_t ParametersOf(const SupernetConfig& config) {
  std::int64_t count = 0;
  for (const Tensor& parameter : Supernet(config, 1)->parameters()) { count += parameter.numel(); }
  return count;
}

// Counted on the published programs; no operation is none, which has no parameters.
TEST(DartsSupernetSizeTest, ParametersEqualThoseOfTheAuthorsPrograms) {
  EXPECT_EQ(ParametersOf(Config(8, 16, 4)), 299578);   // PC-DARTS
  EXPECT_EQ(ParametersOf(Config(8, 16, 1)), 1930618);  // DARTS
}

// Multiply-adds for each pixel of an operation's output.
std::int64_t PixelMacs(Operation operation, std::int64_t channels, std::int64_t stride) {
  const auto separable = [&](std::int64_t kernel) {
    return channels * (kernel * kernel + channels);
  };
  switch (operation) {
    case kSepConv3x3:
      return 2 * separable(3);
    case kSepConv5x5:
      return 2 * separable(5);
    case kDilConv3x3:
      return separable(3);
    case kDilConv5x5:
      return separable(5);
    case kSkipConnect:
      return stride == 2 ? channels * channels : 0;
    default:
      return 0;
  }
}

// Of a path: the operations of its genotype on their share of the channels, and nothing else of
// the other edges.
std::int64_t MacsByFormula(const SupernetConfig& config, const Genotype& genotype) {
  const std::int64_t c = config.channels;
  std::int64_t pixels = config.image_size * config.image_size;
  std::int64_t macs = 27 * 3 * c * pixels, channels = c, before = 3 * c, last = 3 * c;
  for (std::int64_t i = 0; i < config.cells; ++i) {
    const bool reduces = i == config.cells / 3 || i == 2 * config.cells / 3;
    if (reduces) { channels *= 2; }
    macs += (before + last) * channels * pixels;  // 1x1, whatever the older one's size was
    if (reduces) { pixels /= 4; }
    for (const Node& node : genotype[reduces ? kReduce : kNormal]) {
      for (const auto& [input, operation] : node) {
        const std::int64_t stride = reduces && input < kCellInputs ? 2 : 1;
        macs += PixelMacs(operation, channels / config.channel_groups, stride) * pixels;
      }
    }
    before = std::exchange(last, 4 * channels);
  }
  return macs + last * config.classes;
}

TEST(DartsSupernetSizeTest, APathCostsItsOwnOperations) {
  const torch::NoGradGuard no_grad;
  lode::test::FixedStream stream(5);
  for (const std::int64_t groups : {1, 2, 4}) {
    const SupernetConfig config = Config(8, 16, groups);
    Supernet supernet(config, 1);
    const Tensor image = Draw(1, config);
    for (int draw = 0; draw < 5; ++draw) {
      const Genotype genotype = DrawGenotype(stream);
      EXPECT_EQ(lode::training::MacsOf([&] { supernet(image, genotype, Pass::Evaluation()); }),
                MacsByFormula(config, genotype))
          << Format(genotype);
    }
  }
}

// ---- paths

// Edges and operations of a genotype as prefixes of names: "node0_input1.sep_conv_3x3.".
std::set<std::string> PrefixesOf(const Cell& cell) {
  std::set<std::string> prefixes;
  for (std::size_t node = 0; node < kNodes; ++node) {
    for (const auto& [input, operation] : cell[node]) {
      prefixes.insert("node" + std::to_string(node) + "_input" + std::to_string(input) + "." +
                      std::string(kOperationNames[operation]) + ".");
    }
  }
  return prefixes;
}

// Whether a parameter is on the path: "cell1.node0_input1.sep_conv_3x3.first.depthwise".
bool IsOnPath(const std::string& name, const Genotype& genotype) {
  const std::size_t edge = name.find(".node");
  if (edge == std::string::npos) { return true; }       // stem, inputs and classifier
  const bool reduces = std::stoul(name.substr(4)) > 0;  // of three cells
  for (const std::string& prefix : PrefixesOf(genotype[reduces ? kReduce : kNormal])) {
    if (name.compare(edge + 1, prefix.size(), prefix) == 0) { return true; }
  }
  return false;
}

std::map<std::string, Tensor> CopyOf(const Supernet& supernet) {
  std::map<std::string, Tensor> copy;
  for (const auto& item : supernet->named_parameters()) { copy[item.key()] = item.value().clone(); }
  for (const auto& item : supernet->named_buffers()) { copy[item.key()] = item.value().clone(); }
  return copy;
}

// Weight decay, momentum and moments included.
TEST(DartsSupernetTest, AStepOnAPathLeavesTheWeightsOfOthersAlone) {
  const SupernetConfig config = Config(3, 8, 4, 8);
  Supernet supernet(config, 3);
  const Genotype first = Parse(kPcDartsCifar), second = Parse(kDartsV1);
  const auto train = [&](const Genotype& genotype) {
    const lode::training::Trainee trainee{
        *supernet, [&](const Tensor& images, const lode::training::Step&) {
          return lode::training::Prediction{supernet(images, genotype, Pass::Training()), {}};
        }};
    lode::training::TrainingConfig training;
    training.batch_size = 8;
    const auto loader = lode::training::RandomImages(8, {8, 8, 10});
    lode::training::Train(trainee, *loader, training, 1, torch::kCPU, {}, {});
  };
  train(second);
  const auto before = CopyOf(supernet);
  train(first);
  std::size_t changed = 0, kept = 0;
  for (const auto& [name, tensor] : CopyOf(supernet)) {
    const bool on_path = IsOnPath(name, first);
    EXPECT_EQ(torch::equal(tensor, before.at(name)), !on_path) << name;
    (on_path ? changed : kept) += 1;
  }
  EXPECT_GT(changed, 20U);
  EXPECT_GT(kept, 100U);
}

TEST(DartsSupernetTest, APathIsAFunctionOfTheWeightsAndTheGenotype) {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  const SupernetConfig config = Config(3, 8, 4, 8);
  Supernet one(config, 3), two(config, 3);
  const Tensor images = Draw(4, config);
  const Genotype a = Parse(kPcDartsCifar), b = Parse(kDartsV1);
  const Tensor logits = one(images, a, Pass::Evaluation());
  EXPECT_FALSE(torch::equal(one(images, b, Pass::Evaluation()), logits));
  EXPECT_TRUE(torch::equal(one(images, a, Pass::Evaluation()), logits));
  EXPECT_TRUE(torch::equal(two(images, a, Pass::Evaluation()), logits));
}

TEST(DartsSupernetTest, StaysInChannelsLast) {
  const SupernetConfig config = Config(3, 8, 4, 8);
  FirstWeights weights(1);
  SupernetCell cell(CellPlaces(config)[1], config, weights);  // a reduction cell
  Features before(torch::randn({2, 24, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast));
  Features last(torch::randn({2, 32, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast));
  const Tensor out = cell(before, last, Parse(kPcDartsCifar)[kReduce], Pass::Training());
  EXPECT_EQ(out.sizes(), (std::vector<std::int64_t>{2, 64, 4, 4}));
  EXPECT_TRUE(out.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(DartsSupernetTest, RefusesChannelsThatDoNotFormGroups) {
  EXPECT_EQ(lode::Failure<lode::InvalidError>([] { Supernet(Config(8, 18, 4), 1); }),
            "channels is 18, expected a multiple of channel_groups, 4");
}

// ---- draws

// Like actions of independent uniform elements, decoded by the space.
TEST(DrawnGenotypeTest, AllEdgesAndOperationsAreEquallyLikely) {
  constexpr std::uint64_t kDraws = 20000;
  std::map<std::pair<std::uint8_t, std::uint8_t>, std::uint64_t>
      pairs;  // of the reduction's node 3
  std::map<Operation, std::uint64_t> operations;
  for (std::uint64_t number = 0; number < kDraws; ++number) {
    const Genotype genotype = DrawnGenotype(3, number);
    const Node& node = genotype[kReduce][3];
    ++pairs[{node[0].input, node[1].input}];
    ++operations[node[1].operation];
  }
  const auto expect_uniform = [&](std::uint64_t count, double outcomes) {
    const double n = kDraws, p = 1 / outcomes;
    EXPECT_NEAR(static_cast<double>(count), n * p, 6 * std::sqrt(n * p * (1 - p)));
  };
  EXPECT_EQ(pairs.size(), 10U);
  EXPECT_EQ(operations.size(), kOperations);
  for (const auto& [pair, count] : pairs) { expect_uniform(count, 10); }
  for (const auto& [operation, count] : operations) { expect_uniform(count, kOperations); }
  EXPECT_EQ(DrawnGenotype(3, 7), DrawnGenotype(3, 7));
  EXPECT_NE(DrawnGenotype(3, 7), DrawnGenotype(4, 7));
}

}  // namespace
}  // namespace darts
