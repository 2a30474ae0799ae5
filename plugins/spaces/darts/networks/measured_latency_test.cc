#include "plugins/spaces/darts/networks/measured_latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <string>
#include <vector>

#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/space.h"
#include "plugins/spaces/darts/text.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"

namespace darts {
namespace {

using ::testing::HasSubstr;

class DartsMeasuredLatencyTest : public testing::Test {
 protected:
  DartsMeasuredLatencyTest() {
    config_.resolution = 8;
    config_.channels = 4;
    config_.cells = 3;
    config_.rounds = 2;
  }

  std::vector<double> Ask(const lode::Space& space) {
    MeasuredLatencyOracle oracle(host_.host(), config_);
    oracle.Bind(space);
    std::vector<double> metrics(oracle.Metrics().size(), -1);
    lode::Architecture architecture(kCells);
    ToArchitecture(Parse(kPcDartsCifar), architecture);
    oracle.Evaluate({architecture, 1, 0}, metrics);
    return metrics;
  }

  lode::StoppingHost host_;
  const lode::test::BoundSpace<Space> space_;
  MeasuredLatencyOracle::Config config_;
};

TEST_F(DartsMeasuredLatencyTest, TimesBothPublishedNetworks) {
  for (const char* network : {"cifar", "imagenet"}) {
    config_.network = network;
    config_.channels = 16;
    config_.resolution = 32;
    const std::vector<double> metrics = Ask(space_.space());
    EXPECT_GT(metrics[0], 0);
    EXPECT_GE(metrics[1], 0);
  }
}

TEST_F(DartsMeasuredLatencyTest, WrongUseIsReported) {
  const lode::test::BoundSpace<> tiny;
  EXPECT_THAT(lode::Failure([&] { Ask(tiny.space()); }),
              HasSubstr("the networks are of the space darts"));
  config_.network = "imagenet";
  EXPECT_THAT(lode::Failure([&] { Ask(space_.space()); }),
              HasSubstr("channels is 4, and the network imagenet needs at least 16"));
  config_.network = "cifar";
  config_.resolution = 9;
  EXPECT_NE(lode::Failure([&] { Ask(space_.space()); }), "");
}

}  // namespace
}  // namespace darts
