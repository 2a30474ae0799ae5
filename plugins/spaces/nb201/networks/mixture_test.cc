// nb201's supernet under mixtures.
#include <gtest/gtest.h>

#include <cstdint>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugins/spaces/nb201/networks/network.h"
#include "toolkit/training/macs.h"
#include "toolkit/training/mixture_test_support.h"

namespace nb201 {
namespace {

using lode::Absent;
using lode::training::Mixture;
using lode::training::MixtureFor;
using lode::training::Pass;
using torch::Tensor;

constexpr Pass kPass = {true, 0};

class Nb201MixtureTest : public testing::Test {
 protected:
  Nb201MixtureTest() {
    torch::manual_seed(3);
    images_ = torch::randn({6, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  }

  static Network Supernet(bool affine = false) {
    NetworkConfig config{3, 10, 4, 1};
    config.affine = affine;
    return Network(config, std::nullopt, 5);
  }

  // In double precision.
  lode::training::MixtureLoss LossOf(Network network) const {
    network->to(torch::kDouble);
    return [network, images = images_.to(torch::kDouble),
            labels = labels_](const Mixture& mixture) mutable {
      return torch::cross_entropy_loss(network->Mix(images, mixture, kPass), labels);
    };
  }

  static std::vector<double> OneHot(const Cell& cell) {
    std::vector<std::uint8_t> bytes(kCells);
    ToArchitecture(cell, bytes);
    return {bytes.begin(), bytes.end()};
  }

  Tensor images_;
  const Tensor labels_ = torch::arange(6);
};

TEST_F(Nb201MixtureTest, GradientsEqualDifferences) {
  const auto some = [](std::size_t cell) { return cell % 3 == 1; };
  const auto none = [](std::size_t) { return false; };
  ExpectExactGradient(LossOf(Supernet()), MixtureFor(kCells, none));
  ExpectExactGradient(LossOf(Supernet()), MixtureFor(kCells, some));
  ExpectExactGradient(LossOf(Supernet(true)), MixtureFor(kCells, some));
}

// In single precision other functions compute the same.
TEST_F(Nb201MixtureTest, SinglePrecisionHasTheSameGradients) {
  const std::vector<double> weights = MixtureFor(kCells, [](std::size_t c) { return c % 4 == 2; });
  Network network = Supernet();
  const Mixture mixture(weights, Absent::kExact, torch::kFloat);
  const Tensor loss = torch::cross_entropy_loss(network->Mix(images_, mixture, kPass), labels_);
  const Tensor single = torch::autograd::grad({loss}, {mixture.all()})[0];
  const Tensor twice = GradientOf(LossOf(Supernet()), weights, Absent::kExact);
  EXPECT_LT((single - twice).abs().max().item<double>(), 1e-5 * twice.abs().max().item<double>());
}

TEST_F(Nb201MixtureTest, ZerosAndOnesAreThePathOfACell) {
  Network network = Supernet();
  for (const std::uint32_t index : {0U, 1234U, 7777U, 15624U}) {
    const Cell cell = FromIndex(index);
    const Mixture mixture(OneHot(cell), Absent::kZero, torch::kFloat);
    const torch::NoGradGuard no_grad;
    const Tensor path = network(images_, cell, kPass);
    EXPECT_TRUE(torch::allclose(network->Mix(images_, mixture, kPass), path, 1e-5, 1e-6)) << index;
  }
}

// The absent operations that lead to the same node are alike, kNone among them.
TEST_F(Nb201MixtureTest, AbsentOperationsGetTheSumOfTheOutputsGradient) {
  const std::vector<double> weights = MixtureFor(kCells, [](std::size_t c) { return c % 5 != 1; });
  const auto loss = LossOf(Supernet());
  const Tensor gradient = GradientOf(loss, weights, Absent::kOutputSum);
  const Tensor plain = GradientOf(loss, weights, Absent::kZero);
  std::map<std::size_t, std::set<double>> of_node;
  for (std::size_t c = 0; c < kCells; ++c) {
    const auto value = gradient[static_cast<std::int64_t>(c)].item<double>();
    if (weights[c] != 0) {
      EXPECT_EQ(value, plain[static_cast<std::int64_t>(c)].item<double>());
    } else {
      of_node[kEdgeOrder[c / kOperations].to].insert(value);
    }
  }
  EXPECT_EQ(of_node.size(), kNodes - 1);
  for (const auto& [node, values] : of_node) {
    EXPECT_EQ(values.size(), 1U) << node;
    EXPECT_NE(*values.begin(), 0) << node;
  }
}

// Counted on the running network; backward passes follow the forward pass.
TEST_F(Nb201MixtureTest, ZerosCostNothing) {
  const torch::NoGradGuard no_grad;
  Network network = Supernet();
  const auto macs = [&](const std::vector<double>& weights, Absent absent) {
    return lode::training::MacsOf(
        [&] { network->Mix(images_, Mixture(weights, absent, torch::kFloat), kPass); });
  };
  const Cell cell = FromIndex(9876);
  const std::int64_t path = lode::training::MacsOf([&] { network(images_, cell, kPass); });
  EXPECT_EQ(macs(OneHot(cell), Absent::kZero), path);
  EXPECT_EQ(macs(OneHot(cell), Absent::kExact), path);  // no gradient is wanted here
  EXPECT_GT(macs(std::vector<double>(kCells, 0.2), Absent::kZero), path);
  const torch::AutoGradMode with_gradient(true);
  EXPECT_EQ(macs(OneHot(cell), Absent::kOutputSum), path);
  EXPECT_GT(macs(OneHot(cell), Absent::kExact), path);
}

TEST_F(Nb201MixtureTest, ANetworkMayHaveFewerOperations) {
  std::vector<std::uint8_t> operations(kCells, 1);
  for (std::size_t c = 0; c < kCells; c += kOperations) { operations[c + kConv3x3] = 0; }
  NetworkConfig config{3, 10, 4, 1};
  Network network(config, OperationsOf(operations), 5);
  for (const auto& parameter : network->named_parameters()) {
    EXPECT_EQ(parameter.key().find("conv3x3"), std::string::npos) << parameter.key();
  }
  std::vector<double> weights(kCells, 0.25);
  for (std::size_t c = 0; c < kCells; ++c) { weights[c] *= operations[c]; }
  const Mixture mixture(weights, Absent::kExact, torch::kFloat, operations);
  const Tensor loss = torch::cross_entropy_loss(network->Mix(images_, mixture, kPass), labels_);
  const Tensor gradient = torch::autograd::grad({loss}, {mixture.all()})[0];
  for (std::size_t c = 0; c < kCells; ++c) {
    const bool moves = operations[c] != 0 && c % kOperations != kNone;
    EXPECT_EQ(gradient[static_cast<std::int64_t>(c)].item<float>() != 0, moves) << c;
  }
}

}  // namespace
}  // namespace nb201
