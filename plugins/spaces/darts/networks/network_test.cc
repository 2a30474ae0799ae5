#include "plugins/spaces/darts/networks/network.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plugins/spaces/darts/drawn.h"
#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/text.h"
#include "tests/failure.h"
#include "toolkit/training/macs.h"

namespace darts {
namespace {

using lode::training::DropPath;
using lode::training::Pass;
using torch::Tensor;

NetworkConfig Config(const char* network, std::int64_t cells, std::int64_t channels,
                     std::int64_t classes, std::int64_t image_size, bool auxiliary = false) {
  NetworkConfig config;
  static_cast<NetworkSettings&>(config) = {network, cells,      channels,
                                           classes, image_size, auxiliary};
  return config;
}

Tensor Draw(std::int64_t images, const NetworkConfig& config) {
  return torch::randn({images, config.image_channels, config.image_size, config.image_size})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

std::int64_t ParametersOf(const Network& network) {
  std::int64_t count = 0;
  for (const Tensor& parameter : network->parameters()) { count += parameter.numel(); }
  return count;
}

std::int64_t MacsOf(Network& network, const NetworkConfig& config) {
  const torch::NoGradGuard no_grad;
  const Tensor image = Draw(1, config);
  return lode::training::MacsOf([&] { network(image, Pass::Evaluation()); });
}

// ---- sizes

struct Counts {
  std::int64_t parameters, with_auxiliary, macs;
};

Counts CountsOf(const Genotype& genotype, NetworkConfig config) {
  Counts counts{};
  Network network(config, genotype, 1);
  counts.parameters = ParametersOf(network);
  counts.macs = MacsOf(network, config);
  config.auxiliary = true;
  Network with_auxiliary(config, genotype, 1);
  counts.with_auxiliary = ParametersOf(with_auxiliary);
  EXPECT_EQ(MacsOf(with_auxiliary, config), counts.macs);
  return counts;
}

void Expect(const char* genotype, const NetworkConfig& config, const Counts& expected) {
  const Counts counts = CountsOf(Parse(genotype), config);
  EXPECT_EQ(counts.parameters, expected.parameters) << genotype;
  EXPECT_EQ(counts.with_auxiliary, expected.with_auxiliary) << genotype;
  EXPECT_EQ(counts.macs, expected.macs) << genotype;
}

// The expected numbers were counted on the networks of the published code.

TEST(DartsNetworkSizeTest, Cifar10NetworksHaveThePublishedSizes) {
  const NetworkConfig config = Config("cifar", 20, 36, 10, 32);
  Expect(kDartsV1, config, {3169414, 3645840, 500987520});
  Expect(kDartsV2, config, {3349342, 3825768, 528359040});
  Expect(kPcDartsCifar, config, {3634678, 4111104, 556670592});
  Expect(kPcDartsImage, config, {3721510, 4197936, 570466944});
}

TEST(DartsNetworkSizeTest, Cifar100NetworksHaveThePublishedSizes) {
  const NetworkConfig config = Config("cifar", 20, 36, 100, 32);
  Expect(kDartsV1, config, {3221344, 3766980, 501039360});
  Expect(kDartsV2, config, {3401272, 3946908, 528410880});
  Expect(kPcDartsCifar, config, {3686608, 4232244, 556722432});
  Expect(kPcDartsImage, config, {3773440, 4319076, 570518784});
}

TEST(DartsNetworkSizeTest, ImageNetNetworksHaveThePublishedSizes) {
  const NetworkConfig config = Config("imagenet", 14, 48, 1000, 224);
  Expect(kDartsV1, config, {4510432, 5771208, 505864704});
  Expect(kDartsV2, config, {4718752, 5979528, 529911552});
  Expect(kPcDartsCifar, config, {5270560, 6531336, 571137408});
  Expect(kPcDartsImage, config, {5342464, 6603240, 581627328});
}

TEST(DartsNetworkSizeTest, SmallNetworksHaveThePublishedSizes) {
  const NetworkConfig config = Config("cifar", 8, 16, 10, 32);
  Expect(kDartsV1, config, {232890, 668356, 41355776});
  Expect(kDartsV2, config, {246106, 681572, 43444736});
  Expect(kPcDartsCifar, config, {335738, 771204, 53258752});
  Expect(kPcDartsImage, config, {327546, 763012, 52460032});
}

TEST(DartsNetworkSizeTest, OtherPublishedGenotypesHaveTheSizesThatTheSpaceComputes) {
  for (const NetworkConfig& config :
       {Config("cifar", 20, 36, 10, 32), Config("imagenet", 14, 48, 1000, 224)}) {
    for (const char* text : {kPDarts, kGdas, kSnas}) {
      const Genotype genotype = Parse(text);
      const Counts counts = CountsOf(genotype, config);
      const Cost cost = NetworkCosts(config).Of(genotype);
      EXPECT_EQ(counts.parameters, cost.parameters) << text;
      EXPECT_EQ(counts.macs, cost.macs) << text;
    }
  }
}

// Millions, as reported for the networks with 20 cells and 36 channels on CIFAR-10; some of them
// are cut off, not rounded.
TEST(DartsNetworkSizeTest, OtherPublishedGenotypesHaveTheReportedSizes) {
  const NetworkCosts costs(Config("cifar", 20, 36, 10, 32));
  EXPECT_NEAR(static_cast<double>(costs.Of(Parse(kPDarts)).parameters) / 1e6, 3.43, 0.01);
  EXPECT_NEAR(static_cast<double>(costs.Of(Parse(kPDarts)).macs) / 1e6, 532, 0.5);
  EXPECT_NEAR(static_cast<double>(costs.Of(Parse(kGdas)).parameters) / 1e6, 3.36, 0.01);
  EXPECT_NEAR(static_cast<double>(costs.Of(Parse(kGdas)).macs) / 1e6, 519, 0.5);
  EXPECT_NEAR(static_cast<double>(costs.Of(Parse(kSnas)).parameters) / 1e6, 2.66, 0.01);
  EXPECT_NEAR(static_cast<double>(costs.Of(Parse(kSnas)).macs) / 1e6, 422, 0.5);
}

TEST(DartsNetworkSizeTest, DrawnGenotypesHaveTheSizesThatTheSpaceComputes) {
  lode::test::FixedStream stream(5);
  for (std::int64_t cells = 2; cells <= 8; ++cells) {  // the auxiliary head needs two reductions
    for (const bool imagenet : {false, true}) {
      NetworkConfig config =
          imagenet ? Config("imagenet", cells, 6, 7, 224) : Config("cifar", cells, 5, 10, 32);
      const Genotype genotype = DrawGenotype(stream);
      const Counts counts = CountsOf(genotype, config);
      const Cost cost = NetworkCosts(config).Of(genotype);
      EXPECT_EQ(counts.parameters, cost.parameters) << Format(genotype);
      EXPECT_EQ(counts.macs, cost.macs) << Format(genotype);
      config.auxiliary = true;
      EXPECT_EQ(counts.with_auxiliary, NetworkCosts(config).Of(genotype).parameters)
          << Format(genotype);
    }
  }
}

// ---- passes

Genotype AllOf(Operation operation) {
  Genotype genotype{};
  for (Cell& cell : genotype) {
    for (Node& node : cell) { node = {{{0, operation}, {1, operation}}}; }
  }
  return genotype;
}

TEST(DartsNetworkTest, OnlyTrainingAsksTheAuxiliaryHead) {
  const NetworkConfig config = Config("cifar", 3, 4, 10, 32, true);
  Network network(config, Parse(kPcDartsCifar), 1);
  const Tensor images = Draw(2, config);
  const lode::training::Prediction training = network(images, Pass::Training());
  EXPECT_EQ(training.logits.sizes(), (std::vector<std::int64_t>{2, 10}));
  EXPECT_EQ(training.auxiliary.sizes(), (std::vector<std::int64_t>{2, 10}));
  EXPECT_FALSE(network(images, Pass::Evaluation()).auxiliary.defined());
}

// Drop-path that drops everything leaves only identities: pools, convolutions and the reductions of
// strided skips are dropped, and zeros take their place.
TEST(DartsOperationTest, DropPathDropsAllOperationsExceptIdentities) {
  torch::manual_seed(3);
  const Tensor x = torch::randn({5, 8, 6, 6}).contiguous(at::MemoryFormat::ChannelsLast);
  for (std::size_t o = 0; o < kOperations; ++o) {
    for (const std::int64_t stride : {1, 2}) {
      FirstWeights weights(5);
      EdgeModule edge(static_cast<Operation>(o), 8, stride, weights);
      Features features(x);
      DropPath all(1 - 1e-12, 1), none(0, 1);
      const Tensor kept = edge(features, Tensor(), Pass::Training(&none));
      const Tensor dropped = edge(features, Tensor(), Pass::Training(&all));
      EXPECT_GT(kept.abs().max().item<double>(), 0) << kOperationNames[o];
      const bool is_identity = o == kSkipConnect && stride == 1;
      EXPECT_TRUE(torch::equal(dropped, is_identity ? x : torch::zeros_like(kept)))
          << kOperationNames[o] << " of stride " << stride;
    }
  }
}

// The sum that is given is added, whether the operation is fused with it or not.
TEST(DartsOperationTest, AddsToASum) {
  torch::manual_seed(3);
  const Tensor x = torch::randn({5, 8, 6, 6}).contiguous(at::MemoryFormat::ChannelsLast);
  for (std::size_t o = 0; o < kOperations; ++o) {
    for (const std::int64_t stride : {1, 2}) {
      for (const double probability : {0.0, 0.5}) {
        FirstWeights weights(5);
        EdgeModule edge(static_cast<Operation>(o), 8, stride, weights);
        Features features(x);
        DropPath one(probability, 1), two(probability, 1);
        const Tensor alone = edge(features, Tensor(), Pass::Training(&one));
        const Tensor sum = torch::randn_like(alone);
        const Tensor both = edge(features, sum, Pass::Training(&two));
        EXPECT_TRUE(torch::allclose(both, alone + sum, 1e-5, 1e-6)) << kOperationNames[o];
      }
    }
  }
}

TEST(DartsNetworkTest, StaysInChannelsLast) {
  const Tensor x = torch::randn({2, 8, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  for (std::size_t o = 0; o < kOperations; ++o) {
    for (const std::int64_t stride : {1, 2}) {
      FirstWeights weights(5);
      EdgeModule edge(static_cast<Operation>(o), 8, stride, weights);
      Features features(x);
      EXPECT_TRUE(
          edge(features, Tensor(), Pass::Training()).is_contiguous(at::MemoryFormat::ChannelsLast))
          << kOperationNames[o] << " of stride " << stride;
    }
  }
}

// After calibration on a single batch, its moments are the running ones: folded or not, evaluation
// computes what training did.
TEST(DartsNetworkTest, EvaluationEqualsTrainingWithTheSameMoments) {
  torch::manual_seed(9);
  for (const char* genotype : {kDartsV1, kPcDartsCifar, kPcDartsImage}) {
    const NetworkConfig config = Config("cifar", 3, 4, 10, 32);
    Network network(config, Parse(genotype), 1);
    const torch::NoGradGuard no_grad;
    const Tensor images = Draw(16, config);
    const Tensor training = network(images, Pass::Calibration(1)).logits;
    const Tensor evaluated = network(images, Pass::Evaluation()).logits;
    // The running variances are the unbiased ones: of 16 * 64 values in the smallest maps.
    EXPECT_TRUE(torch::allclose(evaluated, training, 2e-2, 2e-2));
    EXPECT_TRUE(torch::equal(network(images.slice(0, 0, 4), Pass::Evaluation()).logits.argmax(1),
                             evaluated.slice(0, 0, 4).argmax(1)));
  }
}

TEST(DartsNetworkTest, TheSameSeedMakesTheSameNetwork) {
  const NetworkConfig config = Config("cifar", 2, 4, 10, 8);
  const Genotype genotype = AllOf(kSepConv3x3);
  Network a(config, genotype, 7), b(config, genotype, 7), c(config, genotype, 8);
  for (std::size_t i = 0; i < a->parameters().size(); ++i) {
    EXPECT_TRUE(torch::equal(a->parameters()[i], b->parameters()[i]));
  }
  EXPECT_FALSE(torch::equal(a->parameters()[0], c->parameters()[0]));
}

TEST(DartsNetworkTest, RefusesSettingsThatDoNotMakeANetwork) {
  const Genotype genotype = AllOf(kSkipConnect);
  EXPECT_EQ(lode::Failure<lode::InvalidError>(
                [&] { Network(Config("cifar", 20, 36, 10, 30), genotype, 1); }),
            "image_size is 30: cell 13 would halve maps of 15 pixels a side, expected an even "
            "number; multiples of 32 always fit");
}

}  // namespace
}  // namespace darts
