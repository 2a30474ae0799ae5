#include "plugins/spaces/ofa/mlp_predictor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/predictor_test_support.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"
#include "toolkit/statistics/rank_correlation.h"

namespace ofa {
namespace {

const lode::files::Tensors& ShippedTensors() {
  static const lode::files::Tensors tensors =
      lode::files::ReadSafetensors(kShippedPredictor).tensors;
  return tensors;
}
MlpPredictor Shipped(const lode::kernels::KernelSet& kernels = lode::kernels::Best()) {
  return MlpPredictor(ShippedTensors(), kShippedPredictor, kernels);
}

// The network as its authors describe it, in double precision and without any of Lode's code.
double Published(const Subnet& subnet, std::int64_t resolution) {
  std::vector<double> x(128);
  for (std::size_t l = 0; l < 20; ++l) {
    if (l % 4 >= subnet.depth[l / 4]) { continue; }
    const std::size_t kernel = subnet.kernel[l] == 3 ? 0 : subnet.kernel[l] == 5 ? 1 : 2;
    const std::size_t expand = subnet.expand[l] == 3 ? 0 : subnet.expand[l] == 4 ? 1 : 2;
    x[3 * l + kernel] = 1;
    x[60 + 3 * l + expand] = 1;
  }
  x[static_cast<std::size_t>(120 + (resolution - 112) / 16)] = 1;
  for (const char* layer : {"0", "2", "4", "6"}) {
    const lode::files::Tensor& weight = ShippedTensors().at(std::string(layer) + ".weight");
    const lode::files::Tensor& bias = ShippedTensors().at(std::string(layer) + ".bias");
    std::vector<double> y(weight.shape[0]);
    for (std::size_t o = 0; o < y.size(); ++o) {
      y[o] = static_cast<double>(bias.values[o]);
      for (std::size_t i = 0; i < x.size(); ++i) {
        y[o] += static_cast<double>(weight.values[o * x.size() + i]) * x[i];
      }
      if (*layer != '6') { y[o] = std::max(y[o], 0.0); }
    }
    x = y;
  }
  return 100 * x[0];
}

TEST(OfaMlpPredictor, AgreesWithThePublishedNetworkInDoublePrecision) {
  const MlpPredictor predictor = Shipped();
  for (const Subnet& subnet : RandomSubnets(50, 1)) {
    for (const std::int64_t resolution : {128, 143, 144, 160, 176, 192, 208, 224}) {
      ASSERT_NEAR(PredictOne(predictor, subnet, resolution), Published(subnet, resolution), 2e-4);
    }
  }
}

// Computed with NumPy from the published file, in double precision.
TEST(OfaMlpPredictor, AgreesWithNumPy) {
  const MlpPredictor predictor = Shipped();
  EXPECT_NEAR(PredictOne(predictor, Uniform(7, 6, 4), 224), 83.592778, 2e-4);
  EXPECT_NEAR(PredictOne(predictor, Uniform(3, 3, 2), 224), 77.738648, 2e-4);
  EXPECT_NEAR(PredictOne(predictor, Uniform(7, 6, 4), 160), 80.750324, 2e-4);
  EXPECT_NEAR(PredictOne(predictor, Uniform(3, 3, 2), 160), 75.311861, 2e-4);
  const Subnet mixed = {{7, 3, 3, 7, 3, 7, 3, 5, 3, 5, 7, 5, 5, 7, 3, 3, 3, 3, 5, 7},
                        {3, 3, 4, 4, 6, 3, 3, 3, 3, 6, 6, 6, 4, 6, 6, 6, 4, 3, 4, 3},
                        {3, 3, 3, 3, 2}};
  EXPECT_NEAR(PredictOne(predictor, mixed, 128), 79.923147, 2e-4);
}

TEST(OfaMlpPredictor, InactiveLayersDoNotCount) {
  const MlpPredictor predictor = Shipped();
  Subnet subnet = Uniform(5, 4, 4);
  subnet.depth = {2, 3, 4, 3, 2};
  const double accuracy = PredictOne(predictor, subnet, 224);
  for (const std::size_t inactive : {2u, 3u, 7u, 15u, 18u, 19u}) {
    Subnet other = subnet;
    other.kernel[inactive] = 7;
    other.expand[inactive] = 6;
    EXPECT_EQ(PredictOne(predictor, other, 224), accuracy) << inactive;
  }
  Subnet other = subnet;
  other.kernel[14] = 7;  // the last active layer of unit 4
  EXPECT_NE(PredictOne(predictor, other, 224), accuracy);
}

TEST(OfaMlpPredictor, GivesTheSameBitsInAnyBatchAndOnAnyMachine) {
  const std::vector<Subnet> subnets = RandomSubnets(150, 2);
  std::vector<double> one_by_one;
  for (const Subnet& subnet : subnets) { one_by_one.push_back(PredictOne(Shipped(), subnet, 192)); }
  lode::kernels::NamedSet sets[lode::kernels::kSetCount];
  const std::size_t count = lode::kernels::Available(sets);
  for (const lode::kernels::NamedSet& set : std::span(sets).first(count)) {
    const MlpPredictor predictor = Shipped(*set.kernels);
    for (const std::size_t batch : {1u, 2u, 7u, 63u, 64u, 65u, 150u}) {
      std::vector<double> accuracies(batch);
      predictor.Predict(std::span(subnets).first(batch), 192, accuracies);
      EXPECT_TRUE(std::ranges::equal(accuracies, std::span(one_by_one).first(batch)))
          << set.name << ", batch of " << batch;
    }
  }
}

// ---- weights

std::string WeightsFailure(const std::function<void(lode::files::Tensors&)>& change) {
  lode::files::Tensors tensors = ShippedTensors();
  change(tensors);
  return lode::Failure<lode::IoError>([&] { const MlpPredictor predictor(tensors, "W"); });
}

TEST(OfaMlpPredictor, RefusesOtherTensors) {
  EXPECT_EQ(WeightsFailure([](lode::files::Tensors&) {}), "");
  EXPECT_EQ(WeightsFailure([](lode::files::Tensors& t) { t.erase("2.bias"); }),
            "W: has no tensor \"2.bias\", expected one of shape [400]");
  EXPECT_EQ(WeightsFailure([](lode::files::Tensors& t) {
              t.at("0.weight").shape = {128, 400};
            }),
            "W: tensor \"0.weight\" has the shape [128, 400], expected [400, 128]");
  EXPECT_EQ(WeightsFailure([](lode::files::Tensors& t) { t.at("6.bias").shape = {}; }),
            "W: tensor \"6.bias\" has the shape [], expected [1]");
  EXPECT_EQ(WeightsFailure([](lode::files::Tensors& t) {
              t["base_acc"] = {{1}, {0}};
            }),
            "W: has a tensor \"base_acc\", which the predictor does not have");
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(
        WeightsFailure([&](lode::files::Tensors& t) { t.at("4.weight").values[159'999] = bad; }),
        "W: tensor \"4.weight\" has elements that are not finite");
  }
}

// Checks the quality that the component's description states.
TEST(OfaMlpPredictor, RanksMeasuredSubnetsAndOverPredicts) {
  const std::filesystem::path path = SharedData() / "ofa" / "ofa_mbv3_measured_2610.tsv.gz";
  if (!std::filesystem::exists(path)) { GTEST_SKIP() << path << " is missing"; }
  const auto measured = ReadMeasured(path.string());
  const MlpPredictor predictor = Shipped();
  struct Quality {
    std::int64_t resolution;
    std::size_t subnets;
    double rank_correlation, bias;
  };
  const Quality kQualities[] = {
      {128, 939, 0.8675, 11.465}, {160, 879, 0.8791, 5.664}, {192, 792, 0.8885, 5.868}};
  ASSERT_EQ(measured.size(), std::size(kQualities));
  for (const auto& [resolution, subnets, rank_correlation, bias] : kQualities) {
    const Measured& m = measured.at(resolution);
    ASSERT_EQ(m.subnets.size(), subnets);
    std::vector<double> predicted(subnets);
    predictor.Predict(m.subnets, resolution, predicted);
    EXPECT_NEAR(lode::statistics::SpearmanCorrelation(predicted, m.accuracies), rank_correlation,
                1e-3);
    double sum = 0;
    for (std::size_t i = 0; i < subnets; ++i) { sum += predicted[i] - m.accuracies[i]; }
    EXPECT_NEAR(sum / static_cast<double>(subnets), bias, 1e-2);
  }
}

}  // namespace
}  // namespace ofa
