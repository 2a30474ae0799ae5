#include "plugins/spaces/ofa/predictor.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/predictor_test_support.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace ofa {
namespace {

// ---- the oracle

PredictorOracle Oracle(std::int64_t resolution = 224,
                       const std::string& weights = kShippedPredictor) {
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
  const auto shipped =
      MakePredictor(lode::files::ReadSafetensors(kShippedPredictor).tensors, kShippedPredictor);
  for (const std::int64_t resolution : {128, 160, 224}) {
    const BoundSpace space("1.0", resolution);
    PredictorOracle oracle = Oracle(resolution);
    oracle.Bind(space.view());
    const std::vector<double> metrics = Ask(oracle, subnets);
    EXPECT_EQ(metrics[0], PredictOne(*shipped, subnets[0], resolution));
    EXPECT_EQ(metrics[1], PredictOne(*shipped, subnets[1], resolution));
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

}  // namespace
}  // namespace ofa
