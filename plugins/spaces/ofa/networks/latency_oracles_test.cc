#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/latency_table.h"
#include "plugins/spaces/ofa/networks/layer_latency.h"
#include "plugins/spaces/ofa/networks/measured_latency.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/cancelling_host.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"
#include "tests/temporary_directory.h"
#include "toolkit/training/macs.h"

namespace ofa {
namespace {

namespace fs = std::filesystem;
using lode::StoppingHost;
using lode::training::Pass;
using ::testing::HasSubstr;

constexpr std::int64_t kResolution = 32;

std::string Contents(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// ---- single layers

// Their number is that of the keys that a table needs, with a latency of 1 ms each a network's is
// the number of its parts.
TEST(OfaSingleLayersTest, AreWhatATableNeeds) {
  for (const char* width : {"1.0", "1.2"}) {
    const Network network(width, 224);
    LatencyTable table;
    for (const SingleLayer& layer : SingleLayersOf(network)) {
      EXPECT_TRUE(table.emplace(layer.key, 1).second) << layer.key;
    }
    EXPECT_EQ(table.size(), 5U * 2 * 9 + 6);
    const LayerSum<double> sum = SumLatencies(network, table, "table");
    EXPECT_EQ(sum.Of(Uniform(3, 3, 2)), 10 + 6);
    EXPECT_EQ(sum.Of(Uniform(7, 6, 4)), 20 + 6);
  }
}

// The layers are those of the network: their multiply-adds, counted while they run, add up to its.
TEST(OfaSingleLayersTest, ComputeWhatTheNetworkComputes) {
  const torch::NoGradGuard no_grad;
  const Network network("1.0", 64);
  LatencyTable macs;
  for (const SingleLayer& layer : SingleLayersOf(network)) {
    const auto part = layer.make();
    const torch::Tensor input =
        lode::training::RandomInput({1, layer.input.channels, layer.input.size, layer.input.size});
    macs[layer.key] =
        static_cast<double>(lode::training::MacsOf([&] { part(input, Pass::Evaluation()); }));
  }
  const LayerSum<double> sum = SumLatencies(network, macs, "multiply-adds");
  const LayerSum<Cost> costs = CostTable(network);
  for (const Subnet& subnet : {Uniform(3, 3, 2), Uniform(5, 4, 3), Uniform(7, 6, 4)}) {
    EXPECT_EQ(sum.Of(subnet), static_cast<double>(costs.Of(subnet).macs));
  }
}

// ---- ofa.layer_latency

class OfaLayerLatencyTest : public testing::Test {
 protected:
  OfaLayerLatencyTest() {
    config_.resolution = kResolution;
    config_.warm_up = 0;
    config_.rounds = 1;
    config_.passes = 1;
  }

  template <class Host>
  LayerLatencyOracle Bound(const Host& host) const {
    LayerLatencyOracle oracle(host.host(), config_);
    oracle.Bind(space_.view());
    return oracle;
  }
  fs::path table() const { return directory_.path() / "latency_table.yaml"; }
  fs::path partial() const { return directory_.path() / "latency_table.partial.yaml"; }
  static double Ask(const LayerLatencyOracle& oracle, const Subnet& subnet, double fidelity = 1) {
    double latency = -1;
    const lode::Architecture architecture = Of(subnet);
    oracle.Evaluate({architecture, fidelity, 0}, {&latency, 1});
    return latency;
  }

  StoppingHost patient_;
  lode::TemporaryDirectory directory_;
  BoundSpace space_{"1.0", kResolution};
  LayerLatencyOracle::Config config_;
};

TEST_F(OfaLayerLatencyTest, LeavesATableWhoseSumsItGives) {
  auto oracle = Bound(patient_);
  oracle.Prepare(directory_.path());
  const LatencyTable read = ReadLatencyTable(table());
  EXPECT_EQ(read.size(), 5U * 2 * 9 + 6);
  for (const auto& [key, latency] : read) { EXPECT_GE(latency, 0) << key; }
  const auto sum = SumLatencies({"1.0", kResolution}, read, "table");
  for (const Subnet& subnet : {Uniform(3, 3, 2), Uniform(7, 6, 4)}) {
    EXPECT_EQ(Ask(oracle, subnet), sum.Of(subnet));
  }
  EXPECT_THAT(Contents(table()), HasSubstr("# Medians of 1 rounds of 1 passes, elapsed time, "
                                           "threads 1, images at once 1\n"));
  EXPECT_FALSE(fs::exists(partial()));
}

TEST_F(OfaLayerLatencyTest, ATableThatIsThereIsNotMeasuredAgain) {
  Bound(patient_).Prepare(directory_.path());
  const std::string first = Contents(table());
  auto again = Bound(patient_);
  again.Prepare(directory_.path());
  EXPECT_EQ(Contents(table()), first);
  EXPECT_EQ(Ask(again, Uniform(5, 4, 3)),
            SumLatencies({"1.0", kResolution}, ReadLatencyTable(table()), "").Of(Uniform(5, 4, 3)));
}

TEST_F(OfaLayerLatencyTest, AnInterruptedPreparationKeepsWhatItHasTimed) {
  const lode::CancellingHost hasty([&] { return fs::exists(partial()); });
  EXPECT_THROW(Bound(hasty).Prepare(directory_.path()), lode::CancelledError);
  EXPECT_FALSE(fs::exists(table()));
  const LatencyTable timed = ReadLatencyTable(partial());
  EXPECT_EQ(timed.size(), 1U);
  Bound(patient_).Prepare(directory_.path());
  const LatencyTable whole = ReadLatencyTable(table());
  EXPECT_EQ(whole.size(), 96U);
  for (const auto& [key, latency] : timed) { EXPECT_EQ(whole.at(key), latency) << key; }
}

TEST_F(OfaLayerLatencyTest, TheMetricIsNoisy) {
  const auto metrics = Bound(patient_).Metrics();
  ASSERT_EQ(metrics.size(), 1U);
  EXPECT_EQ(metrics[0].name, "layer_latency");
  EXPECT_TRUE(metrics[0].noisy);
}

TEST_F(OfaLayerLatencyTest, WrongUseIsReported) {
  EXPECT_THAT(lode::Failure([&] { Ask(Bound(patient_), Uniform(3, 3, 2)); }),
              HasSubstr("evaluate before prepare"));
  auto oracle = Bound(patient_);
  EXPECT_THAT(lode::Failure([&] { Ask(oracle, Uniform(3, 3, 2), 0.5); }),
              HasSubstr("the fidelity must be 1"));
  config_.resolution = 64;
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }),
              HasSubstr("the space has a width or resolution other than 1.0 and 64"));
  config_.resolution = kResolution;
  config_.threads = 3;
  EXPECT_EQ(lode::Failure([&] { Bound(patient_); }), "threads is 3, and [execution] threads 1");
  directory_.Write("latency_table.yaml", "a: {mean: 1}\n");
  config_.threads = 1;
  EXPECT_THAT(lode::Failure([&] { Bound(patient_).Prepare(directory_.path()); }),
              HasSubstr("has no key"));
}

// ---- ofa.measured_latency

class OfaMeasuredLatencyTest : public testing::Test {
 protected:
  OfaMeasuredLatencyTest() {
    config_.resolution = kResolution;
    config_.warm_up = 0;
    config_.rounds = 2;
  }

  std::vector<double> Ask(const Subnet& subnet) {
    MeasuredLatencyOracle oracle(patient_.host(), config_);
    oracle.Bind(space_.view());
    std::vector<double> metrics(oracle.Metrics().size(), -1);
    const lode::Architecture architecture = Of(subnet);
    oracle.Evaluate({architecture, 1, 0}, metrics);
    return metrics;
  }

  StoppingHost patient_;
  BoundSpace space_{"1.0", kResolution};
  MeasuredLatencyOracle::Config config_;
};

TEST_F(OfaMeasuredLatencyTest, TimesTheSmallestAndTheLargest) {
  for (const Subnet& subnet : {Uniform(3, 3, 2), Uniform(7, 6, 4)}) {
    const std::vector<double> metrics = Ask(subnet);
    EXPECT_GT(metrics[0], 0);
    EXPECT_GE(metrics[1], 0);
  }
}

TEST_F(OfaMeasuredLatencyTest, WrongUseIsReported) {
  config_.width = "1.2";
  EXPECT_THAT(lode::Failure([&] { Ask(Uniform(3, 3, 2)); }),
              HasSubstr("the space has a width or resolution other than 1.2 and 32"));
  config_.width = "1.0";
  const lode::test::BoundSpace<> tiny;
  EXPECT_THAT(
      lode::Failure([&] { MeasuredLatencyOracle(patient_.host(), config_).Bind(tiny.space()); }),
      HasSubstr("the network is of the space ofa"));
}

}  // namespace
}  // namespace ofa
