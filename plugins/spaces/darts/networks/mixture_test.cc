// The supernet of DARTS and PC-DARTS under mixtures.
#include <gtest/gtest.h>

#include <cstdint>
#include <lode/testing.hpp>
#include <vector>

#include "plugins/spaces/darts/drawn.h"
#include "plugins/spaces/darts/networks/supernet.h"
#include "toolkit/training/macs.h"
#include "toolkit/training/mixture_test_support.h"

namespace darts {
namespace {

using lode::Absent;
using lode::training::Mixture;
using lode::training::MixtureFor;
using lode::training::Pass;
using torch::Tensor;

constexpr Pass kMeasuring = {true, 0};

struct Form {
  std::int64_t groups;
  bool bypass_unselected;
};

class DartsMixtureTest : public testing::TestWithParam<Form> {
 protected:
  DartsMixtureTest() {
    torch::manual_seed(3);
    static_cast<NetworkSettings&>(config_) = {"cifar", 3, 4, 10, 8, false};
    config_.channel_groups = GetParam().groups;
    config_.bypass_unselected = GetParam().bypass_unselected;
    images_ = torch::randn({4, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  }

  Supernet Make() const { return Supernet(config_, 5); }

  // In double precision.
  lode::training::MixtureLoss LossOf(Supernet supernet) const {
    supernet->to(torch::kDouble);
    return [supernet, images = images_.to(torch::kDouble),
            labels = labels_](const Mixture& mixture) mutable {
      return torch::cross_entropy_loss(supernet->Mix(images, mixture, kMeasuring), labels);
    };
  }

  static std::vector<double> OneHot(const Genotype& genotype) {
    std::vector<std::uint8_t> bytes(kCells);
    ToArchitecture(genotype, bytes);
    return {bytes.begin(), bytes.end()};
  }

  SupernetConfig config_;
  Tensor images_;
  const Tensor labels_ = torch::arange(4);
};

// Some operations of all edges are absent, and all of some edges.
TEST_P(DartsMixtureTest, GradientsEqualDifferences) {
  ExpectExactGradient(LossOf(Make()), MixtureFor(kCells, [](std::size_t cell) {
                        return cell % 3 == 1 || cell / kOperations % 5 == 4;
                      }));
}

TEST_P(DartsMixtureTest, SinglePrecisionHasTheSameGradients) {
  const std::vector<double> weights = MixtureFor(kCells, [](std::size_t c) { return c % 4 == 2; });
  Supernet supernet = Make();
  const Mixture mixture(weights, Absent::kExact, torch::kFloat);
  const Tensor loss =
      torch::cross_entropy_loss(supernet->Mix(images_, mixture, kMeasuring), labels_);
  const Tensor single = torch::autograd::grad({loss}, {mixture.all()})[0];
  const Tensor twice = GradientOf(LossOf(Make()), weights, Absent::kExact);
  EXPECT_LT((single - twice).abs().max().item<double>(), 1e-4 * twice.abs().max().item<double>());
}

TEST_P(DartsMixtureTest, ZerosAndOnesAreThePathOfAGenotypeAndCostTheSame) {
  const torch::NoGradGuard no_grad;
  lode::test::FixedStream stream(5);
  Supernet supernet = Make();
  for (int draw = 0; draw < 3; ++draw) {
    const Genotype genotype = DrawGenotype(stream);
    const Mixture mixture(OneHot(genotype), Absent::kExact, torch::kFloat);
    Tensor path, mixed;
    EXPECT_EQ(lode::training::MacsOf([&] { path = supernet(images_, genotype, kMeasuring); }),
              lode::training::MacsOf([&] { mixed = supernet->Mix(images_, mixture, kMeasuring); }));
    EXPECT_TRUE(torch::allclose(mixed, path, 1e-4, 1e-5));
  }
}

// The first cells of both matrices, with all operations of all edges absent but one.
TEST_P(DartsMixtureTest, AbsentOperationsGetTheSumOfTheOutputsGradient) {
  const std::vector<double> weights = MixtureFor(kCells, [](std::size_t c) { return c % 7 != 3; });
  const auto loss = LossOf(Make());
  const Tensor gradient = GradientOf(loss, weights, Absent::kOutputSum);
  for (std::size_t row = 0; row < kMatrices * kRows; ++row) {
    const auto first = static_cast<std::int64_t>(row * kOperations);
    const double value = gradient[first].item<double>();
    for (std::int64_t o = 0; o < 7; ++o) {
      if (o != 3) { EXPECT_EQ(gradient[first + o].item<double>(), value) << row; }
    }
  }
  EXPECT_GT(gradient.abs().max().item<double>(), 0);
}

TEST_P(DartsMixtureTest, ANetworkMayHaveFewerOperations) {
  std::vector<std::uint8_t> operations(kCells, 1);
  for (std::size_t c = kSepConv5x5; c < kCells; c += kOperations) { operations[c] = 0; }
  Supernet supernet(config_, 5, operations);
  for (const auto& parameter : supernet->named_parameters()) {
    EXPECT_EQ(parameter.key().find("sep_conv_5x5"), std::string::npos) << parameter.key();
  }
  std::vector<double> weights(kCells, 0.25);
  for (std::size_t c = 0; c < kCells; ++c) { weights[c] *= operations[c]; }
  const Mixture mixture(weights, Absent::kExact, torch::kFloat, operations);
  const Tensor loss =
      torch::cross_entropy_loss(supernet->Mix(images_, mixture, kMeasuring), labels_);
  const Tensor gradient = torch::autograd::grad({loss}, {mixture.all()})[0];
  for (std::size_t c = 0; c < kCells; ++c) {
    EXPECT_EQ(gradient[static_cast<std::int64_t>(c)].item<float>() != 0, operations[c] != 0) << c;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, DartsMixtureTest,
                         testing::Values(Form{1, false}, Form{2, false}, Form{2, true}));

}  // namespace
}  // namespace darts
