#include "plugins/spaces/ofa/predictor.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/space.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace ofa {
namespace {

const std::string kShipped = LODE_SOURCE_DIR "/plugins/spaces/ofa/ofa_acc_predictor.safetensors";

const lode::files::Tensors& ShippedTensors() {
  static const lode::files::Tensors tensors = lode::files::ReadSafetensors(kShipped).tensors;
  return tensors;
}
AccuracyPredictor Shipped(const lode::kernels::KernelSet& kernels = lode::kernels::Best()) {
  return AccuracyPredictor(ShippedTensors(), kShipped, kernels);
}

double Predict(const AccuracyPredictor& predictor, const Subnet& subnet, std::int64_t resolution) {
  double accuracy = 0;
  predictor.Predict({&subnet, 1}, resolution, {&accuracy, 1});
  return accuracy;
}

std::vector<Subnet> RandomSubnets(std::size_t count, std::uint64_t seed) {
  FixedStream stream(seed);
  const Space space(lode::Host(nullptr), {});
  std::vector<Subnet> subnets;
  while (subnets.size() < count) {
    lode::Architecture a(kCells);
    space.Sample(stream.random(), a);
    subnets.push_back(FromArchitecture(a));
  }
  return subnets;
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

TEST(OfaPredictor, AgreesWithThePublishedNetworkInDoublePrecision) {
  const AccuracyPredictor predictor = Shipped();
  for (const Subnet& subnet : RandomSubnets(50, 1)) {
    for (const std::int64_t resolution : {128, 143, 144, 160, 176, 192, 208, 224}) {
      ASSERT_NEAR(Predict(predictor, subnet, resolution), Published(subnet, resolution), 2e-4);
    }
  }
}

// Computed with NumPy from the published file, in double precision.
TEST(OfaPredictor, AgreesWithNumPy) {
  const AccuracyPredictor predictor = Shipped();
  EXPECT_NEAR(Predict(predictor, Uniform(7, 6, 4), 224), 83.592778, 2e-4);
  EXPECT_NEAR(Predict(predictor, Uniform(3, 3, 2), 224), 77.738648, 2e-4);
  EXPECT_NEAR(Predict(predictor, Uniform(7, 6, 4), 160), 80.750324, 2e-4);
  EXPECT_NEAR(Predict(predictor, Uniform(3, 3, 2), 160), 75.311861, 2e-4);
  const Subnet mixed = {{7, 3, 3, 7, 3, 7, 3, 5, 3, 5, 7, 5, 5, 7, 3, 3, 3, 3, 5, 7},
                        {3, 3, 4, 4, 6, 3, 3, 3, 3, 6, 6, 6, 4, 6, 6, 6, 4, 3, 4, 3},
                        {3, 3, 3, 3, 2}};
  EXPECT_NEAR(Predict(predictor, mixed, 128), 79.923147, 2e-4);
}

TEST(OfaPredictor, InactiveLayersDoNotCount) {
  const AccuracyPredictor predictor = Shipped();
  Subnet subnet = Uniform(5, 4, 4);
  subnet.depth = {2, 3, 4, 3, 2};
  const double accuracy = Predict(predictor, subnet, 224);
  for (const std::size_t inactive : {2u, 3u, 7u, 15u, 18u, 19u}) {
    Subnet other = subnet;
    other.kernel[inactive] = 7;
    other.expand[inactive] = 6;
    EXPECT_EQ(Predict(predictor, other, 224), accuracy) << inactive;
  }
  Subnet other = subnet;
  other.kernel[14] = 7;  // the last active layer of unit 4
  EXPECT_NE(Predict(predictor, other, 224), accuracy);
}

TEST(OfaPredictor, GivesTheSameBitsInAnyBatchAndOnAnyMachine) {
  const std::vector<Subnet> subnets = RandomSubnets(150, 2);
  std::vector<double> one_by_one;
  for (const Subnet& subnet : subnets) { one_by_one.push_back(Predict(Shipped(), subnet, 192)); }
  lode::kernels::NamedSet sets[lode::kernels::kSetCount];
  const std::size_t count = lode::kernels::Available(sets);
  for (const lode::kernels::NamedSet& set : std::span(sets).first(count)) {
    const AccuracyPredictor predictor = Shipped(*set.kernels);
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
  return lode::Failure<lode::IoError>([&] { const AccuracyPredictor predictor(tensors, "W"); });
}

TEST(OfaPredictor, RefusesOtherTensors) {
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

// ---- the oracle

PredictorOracle Oracle(std::int64_t resolution = 224, const std::string& weights = kShipped) {
  return {lode::Host(nullptr), {weights, resolution}};
}

std::vector<double> Ask(const PredictorOracle& oracle, const std::vector<Subnet>& subnets,
                        double fidelity = 1) {
  std::vector<lode::Architecture> architectures;
  for (const Subnet& subnet : subnets) { architectures.push_back(Of(subnet)); }
  std::vector<lode::Query> queries;
  for (const lode::Architecture& a : architectures) { queries.push_back({a, fidelity, 0}); }
  std::vector<double> metrics(queries.size());
  oracle.EvaluateBatch(queries, metrics);
  return metrics;
}

TEST(OfaPredictorOracle, DeclaresWhatItPredicts) {
  const std::vector<lode::Metric> metrics = Oracle().Metrics();
  ASSERT_EQ(metrics.size(), 1u);
  EXPECT_EQ(metrics[0].name, "predicted_accuracy");
  EXPECT_EQ(metrics[0].unit, "percent");
  EXPECT_EQ(metrics[0].direction, LODE_MAXIMIZE);
  EXPECT_EQ(metrics[0].split, LODE_SPLIT_VALIDATION);
  EXPECT_EQ(metrics[0].dataset, "imagenet");
  EXPECT_FALSE(metrics[0].noisy);
}

TEST(OfaPredictorOracle, PredictsAtItsResolution) {
  const std::vector<Subnet> subnets = {Uniform(7, 6, 4), Uniform(3, 3, 2)};
  for (const std::int64_t resolution : {128, 160, 224}) {
    const BoundSpace space("1.0", resolution);
    PredictorOracle oracle = Oracle(resolution);
    oracle.Bind(space.view());
    const std::vector<double> metrics = Ask(oracle, subnets);
    EXPECT_EQ(metrics[0], Predict(Shipped(), subnets[0], resolution));
    EXPECT_EQ(metrics[1], Predict(Shipped(), subnets[1], resolution));
  }
}

TEST(OfaPredictorOracle, RefusesOtherSpaces) {
  const lode::test::Grid grid(4, 3);
  EXPECT_EQ(lode::CodedFailure([&] { Oracle().Bind(grid.space()); }),
            "2 the predictor is of the space ofa, matrices \"ops\" 20x9, \"depth\" 5x3, not \"" +
                grid.space().matrices()[0].name + "\" 4x3");
  EXPECT_EQ(lode::CodedFailure([] { Oracle().Bind(BoundSpace("1.2").view()); }),
            "2 the space has a width or resolution other than 1.0 and 224: its smallest network "
            "has 4602456 params, expected 3410792");
  EXPECT_NE(lode::CodedFailure([] { Oracle().Bind(BoundSpace("1.0", 192).view()); }), "");
}

TEST(OfaPredictorOracle, UnusableWeightsFailBindButNotConstruction) {
  const BoundSpace space;
  const lode::TemporaryDirectory directory;
  const std::string path = (directory.path() / "w.safetensors").string();
  PredictorOracle oracle = Oracle(224, path);
  EXPECT_EQ(lode::CodedFailure([&] { oracle.Bind(space.view()); }),
            "4 " + path + ": No such file or directory");
  std::ofstream(path, std::ios::binary) << std::string("\2\0\0\0\0\0\0\0{}", 10);
  EXPECT_EQ(lode::CodedFailure([&] { oracle.Bind(space.view()); }),
            "4 " + path + ": has no tensor \"0.weight\", expected one of shape [400, 128]");
}

TEST(OfaPredictorOracle, RefusesLowerFidelityAndInvalidArchitectures) {
  const BoundSpace space;
  PredictorOracle oracle = Oracle();
  oracle.Bind(space.view());
  EXPECT_EQ(lode::CodedFailure([&] { Ask(oracle, {Uniform(3, 3, 2)}, 0.5); }),
            "2 fidelity is 0.500000, the predictor predicts at 1 only");
  const lode::Architecture zeros(kCells);
  const lode::Query query = {zeros, 1, 0};
  double metric = 0;
  EXPECT_EQ(lode::CodedFailure([&] {
              oracle.EvaluateBatch({&query, 1}, {&metric, 1});
            }),
            "1 ops, row unit 1 layer 1: does not have exactly one 1 among zeros");
}

// ---- comparison with measured accuracies

struct Measured {
  std::vector<Subnet> subnets;
  std::vector<double> accuracies;  // percent
};

std::string Unpacked(const std::string& path) {
  std::string text(1 << 20, '\0');
  const gzFile file = gzopen(path.c_str(), "rb");
  const int size = gzread(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  text.resize(static_cast<std::size_t>(std::max(size, 0)));
  return text;
}

template <std::size_t kCount>
std::array<std::uint8_t, kCount> Numbers(const std::string& list) {
  std::array<std::uint8_t, kCount> numbers{};
  for (std::size_t k = 0; k < kCount; ++k) {
    numbers[k] = static_cast<std::uint8_t>(list.at(2 * k) - '0');
  }
  return numbers;
}

// By resolution.
std::map<std::int64_t, Measured> ReadMeasured(const std::string& path) {
  std::map<std::int64_t, Measured> measured;
  std::istringstream lines(Unpacked(path));
  std::string line, index, resolution, d, ks, e, top1;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream(line) >> index >> resolution >> d >> ks >> e >> top1;
    Measured& m = measured[std::stoi(resolution)];
    m.subnets.push_back({Numbers<20>(ks), Numbers<20>(e), Numbers<5>(d)});
    m.accuracies.push_back(100 * std::stod(top1));
  }
  return measured;
}

// Equal values share the mean of their ranks.
std::vector<double> Ranks(const std::vector<double>& values) {
  std::vector<double> sorted = values, ranks;
  std::ranges::sort(sorted);
  for (const double v : values) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), v);
    ranks.push_back(static_cast<double>((first - sorted.begin()) + (last - sorted.begin()) - 1) /
                    2);
  }
  return ranks;
}

double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto mean = [](const std::vector<double>& v) {
    return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
  };
  const double mean_a = mean(a), mean_b = mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

// Checks the quality that the component's description states.
TEST(OfaPredictor, RanksMeasuredSubnetsAndOverPredicts) {
  const std::filesystem::path path = SharedData() / "ofa" / "ofa_mbv3_measured_2610.tsv.gz";
  if (!std::filesystem::exists(path)) { GTEST_SKIP() << path << " is missing"; }
  const auto measured = ReadMeasured(path.string());
  const AccuracyPredictor predictor = Shipped();
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
    EXPECT_NEAR(Correlation(Ranks(predicted), Ranks(m.accuracies)), rank_correlation, 1e-3);
    double sum = 0;
    for (std::size_t i = 0; i < subnets; ++i) { sum += predicted[i] - m.accuracies[i]; }
    EXPECT_NEAR(sum / static_cast<double>(subnets), bias, 1e-2);
  }
}

}  // namespace
}  // namespace ofa
