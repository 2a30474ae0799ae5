// Learns from the sub-networks of Once-for-All that were measured on ImageNet, beside the predictor
// that the network's authors published.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <lode/testing.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugins/oracles/predictor/fitted_predictor.h"
#include "tests/built.h"
#include "toolkit/files/delimited_reader.h"
#include "toolkit/files/text_file.h"
#include "toolkit/statistics/rank_correlation.h"

namespace predictor {
namespace {

namespace fs = std::filesystem;
using lode::test::Values;

fs::path MeasuredFile() {
  const char* data = std::getenv("LODE_DATA");
  const fs::path folder = data != nullptr ? data : LODE_SOURCE_DIR "/../shared/data";
  return folder / "ofa/ofa_mbv3_measured_2610.tsv.gz";
}

Values DefaultsOf(const std::string& id) {
  return {lode::test::LoadComponent(lode::BuiltPlugin("ofa"), id), lode::BuiltPlugins()};
}

// Returns samples whose input is the resolution and whose value is the accuracy in percent.
std::vector<Sample> ReadMeasured(const lode::Space& space) {
  const std::string file = MeasuredFile().string(), text = lode::files::ReadTextFile(file);
  lode::files::DelimitedReader line(text, file, '\t');
  const std::size_t size = line.Find("image_size"), d = line.Find("d"), ks = line.Find("ks"),
                    e = line.Find("e"), top1 = line.Find("top1");
  std::vector<Sample> samples;
  while (line.Next()) {
    std::string network = "{\"ks\": [";
    network.append(line.Text(ks)).append("], \"e\": [").append(line.Text(e));
    network.append("], \"d\": [").append(line.Text(d)).append("]}");
    samples.push_back(
        {space.Canonical(space.Parse(network)), {line.Number(size)}, {100 * line.Number(top1)}});
  }
  return samples;
}

// The published predictor's accuracies at a resolution.
std::vector<double> Published(double resolution, const std::vector<lode::Architecture>& networks) {
  const auto pixels = static_cast<std::int64_t>(resolution);
  const lode::test::SpaceInstance space(DefaultsOf("ofa").Set("resolution", pixels));
  const lode::test::Instance oracle(DefaultsOf("ofa.predictor").Set("resolution", pixels));
  const auto& api = oracle.api<lode_oracle_api>();
  lode::test::ErrorBuffer error;
  EXPECT_EQ(api.bind(oracle.get(), space.handle(), error.get()), LODE_OK) << error.message();
  std::vector<double> accuracies(networks.size());
  for (std::size_t i = 0; i < networks.size(); ++i) {
    lode_query q{sizeof q, 0, networks[i].data(), 1, 0, &accuracies[i], 0, LODE_OK, 0, error.get()};
    EXPECT_EQ(api.evaluate(oracle.get(), &q, 1, error.get()), LODE_OK) << error.message();
  }
  return accuracies;
}

// Fitted to 2000 of the 2610, at each resolution it ranks the others at least as well.
TEST(MeasuredNetworksTest, AreRankedAtLeastAsWellAsByThePublishedPredictor) {
  if (!fs::exists(MeasuredFile())) { GTEST_SKIP() << MeasuredFile() << " is missing"; }
  const lode::test::SpaceInstance space(DefaultsOf("ofa"));
  lode::test::TestHost host;
  lode::test::FixedStream stream(3);
  const Division division = Divide(ReadMeasured(space.space()), 610.0 / 2610, stream.random());
  ASSERT_EQ(division.held_out.size(), 610U);
  FittedPredictor fitted(host.host(), space.space(),
                         {.features = {},
                          .ensemble = {.networks = 5,
                                       .layers = 1,
                                       .width = 32,
                                       .epochs = 50,
                                       .most_steps = static_cast<std::size_t>(-1)}},
                         {"top1"}, division.fitted);
  struct HeldOut {
    std::vector<lode::Architecture> networks;
    std::vector<double> accuracies;
  };
  std::map<double, HeldOut> by_resolution;
  for (const Sample& sample : division.held_out) {
    HeldOut& at = by_resolution[sample.inputs[0]];
    at.networks.push_back(sample.architecture);
    at.accuracies.push_back(sample.values[0]);
  }
  ASSERT_EQ(by_resolution.size(), 3U);
  for (const auto& [resolution, at] : by_resolution) {
    std::vector<double> predicted(at.networks.size());
    fitted.Predict(at.networks, std::vector{resolution}, predicted);
    const double own = lode::statistics::SpearmanCorrelation(predicted, at.accuracies);
    const double published =
        lode::statistics::SpearmanCorrelation(Published(resolution, at.networks), at.accuracies);
    RecordProperty("own_" + std::to_string(static_cast<int>(resolution)), std::to_string(own));
    RecordProperty("published_" + std::to_string(static_cast<int>(resolution)),
                   std::to_string(published));
    EXPECT_GE(own, published) << resolution;
  }
}

}  // namespace
}  // namespace predictor
