#include "plugins/spaces/nb201/networks/measured_latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <string>
#include <vector>

#include "plugins/spaces/nb201/space.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"

namespace nb201 {
namespace {

using ::testing::HasSubstr;

class Nb201MeasuredLatencyTest : public testing::Test {
 protected:
  Nb201MeasuredLatencyTest() {
    config_.resolution = 8;
    config_.channels = 4;
    config_.cells = 1;
    config_.rounds = 2;
  }

  std::vector<double> Ask(const lode::Space& space, const lode::Architecture& architecture) {
    MeasuredLatencyOracle oracle(host_.host(), config_);
    oracle.Bind(space);
    std::vector<double> metrics(oracle.Metrics().size(), -1);
    oracle.Evaluate({architecture, 1, 0}, metrics);
    return metrics;
  }

  lode::StoppingHost host_;
  const lode::test::BoundSpace<Space> space_;
  MeasuredLatencyOracle::Config config_;
};

TEST_F(Nb201MeasuredLatencyTest, TimesCells) {
  for (const std::uint32_t index : {0U, 7812U, kArchitectures - 1}) {  // `none` on all edges first
    lode::Architecture architecture(kCells);
    ToArchitecture(FromIndex(index), architecture);
    const std::vector<double> metrics = Ask(space_.space(), architecture);
    EXPECT_GT(metrics[0], 0);
    EXPECT_GE(metrics[1], 0);
  }
}

TEST_F(Nb201MeasuredLatencyTest, WrongUseIsReported) {
  const lode::Architecture nothing(kCells);
  EXPECT_THAT(lode::Failure([&] { Ask(space_.space(), nothing); }), HasSubstr("0->1"));
  const lode::test::BoundSpace<> tiny;
  EXPECT_THAT(lode::Failure([&] { Ask(tiny.space(), nothing); }),
              HasSubstr("the networks are of the space nb201"));
  config_.resolution = 6;
  EXPECT_EQ(lode::Failure([&] { Ask(space_.space(), nothing); }),
            "images of 6 pixels cannot be halved twice");
}

}  // namespace
}  // namespace nb201
