#include "plugins/oracles/predictor/samples.h"

#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/failure.h"

namespace predictor {
namespace {

class SamplesTest : public testing::Test {
 protected:
  std::vector<Sample> Read(const std::string& text) {
    return ReadSamples(text, "t.csv", {"architecture", {"size"}, {"acc", "ms"}}, grid_.space(),
                       host_.host());
  }

  const lode::test::Grid grid_{3, 2};
  lode::test::TestHost host_;
};

TEST_F(SamplesTest, AreReadByColumn) {
  const auto samples = Read("ms,architecture,note,acc,size\n5,0-1-1,x,90,128\n6,0-1-1,y,91,160\n");
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[1].architecture, grid_.space().Parse("0-1-1"));
  EXPECT_EQ(samples[1].inputs, std::vector<double>{160});
  EXPECT_EQ(samples[1].values, (std::vector<double>{91, 6}));
}

TEST_F(SamplesTest, LinesWithoutAMetricAreLeftOut) {
  EXPECT_EQ(Read("architecture,size,acc,ms\n0-0-0,1,,2\n0-0-1,1,3,2\n").size(), 1U);
}

TEST_F(SamplesTest, MistakesAreNamedByTheirPlace) {
  EXPECT_EQ(lode::Failure([&] { Read("architecture,size,acc,ms\n0-0-0,x,1,2\n"); }).substr(0, 10),
            "t.csv:2:7:");
  EXPECT_EQ(lode::Failure([&] { Read("architecture,size,acc,ms\n0-0-7,1,1,2\n"); }).substr(0, 10),
            "t.csv:2:1:");
}

// All samples of an architecture are on one side.
TEST_F(SamplesTest, DistinctArchitecturesAreHeldOut) {
  std::vector<Sample> samples;
  lode::test::FixedStream stream(3);
  for (int i = 0; i < 40; ++i) {
    samples.push_back({grid_.space().Sample(stream.random()), {}, {static_cast<double>(i)}});
  }
  const Division division = Divide(samples, 0.25, stream.random());
  EXPECT_EQ(division.fitted.size() + division.held_out.size(), samples.size());
  std::set<std::string> fitted, held_out;
  for (const Sample& s : division.fitted) { fitted.insert(grid_.space().Format(s.architecture)); }
  for (const Sample& s : division.held_out) {
    const std::string text = grid_.space().Format(s.architecture);
    held_out.insert(text);
    EXPECT_FALSE(fitted.contains(text));
  }
  EXPECT_EQ(held_out.size(), 2U) << "of the 8 architectures";
  EXPECT_EQ(Divide(samples, 0, stream.random()).held_out.size(), 0U);
  EXPECT_EQ(Divide({samples[0]}, 0.9, stream.random()).fitted.size(), 1U);
}

}  // namespace
}  // namespace predictor
