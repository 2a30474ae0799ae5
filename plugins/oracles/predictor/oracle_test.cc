#include "plugins/oracles/predictor/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <lode/testing.hpp>
#include <string>
#include <vector>

#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/safetensors.h"

namespace predictor {
namespace {

using testing::HasSubstr;

// Accuracies of a grid's architectures: how many decisions are 2, at two sizes.
class PredictorOracleTest : public testing::Test {
 protected:
  PredictorOracleTest() {
    std::string text = "architecture,size,acc\n";
    lode::test::FixedStream stream(3);
    for (int i = 0; i < 150; ++i) {
      const std::string a = grid_.space().Format(grid_.space().Sample(stream.random()));
      const auto twos = std::ranges::count(a, '2');
      text += a + ",128," + std::to_string(60 + twos) + "\n";
      text += a + ",192," + std::to_string(70 + twos) + "\n";
    }
    config_.file = directory_.Write("t.csv", text).string();
    config_.maximize = {"accuracy [percent]"};
    config_.columns = {"accuracy = acc"};
    config_.inputs = {"size = 192"};
    config_.networks = 2;
  }

  PredictorOracle Make(const PredictorOracle::Config& config) {
    PredictorOracle oracle(host_.host(), config);
    oracle.Bind(grid_.space());
    oracle.Prepare(directory_.path());
    return oracle;
  }

  std::vector<double> Predict(PredictorOracle& oracle, const std::vector<std::string>& texts) {
    std::vector<lode::Architecture> architectures;
    for (const std::string& text : texts) { architectures.push_back(grid_.space().Parse(text)); }
    std::vector<lode::Query> queries;
    for (const lode::Architecture& a : architectures) { queries.push_back({a, 1, 0}); }
    std::vector<double> metrics(texts.size());
    oracle.EvaluateBatch(queries, metrics);
    return metrics;
  }

  const lode::test::Grid grid_{4, 3};
  lode::test::TestHost host_;
  const lode::TemporaryDirectory directory_;
  PredictorOracle::Config config_;
};

TEST_F(PredictorOracleTest, PredictsAtTheGivenInputs) {
  PredictorOracle oracle = Make(config_);
  const auto at_192 = Predict(oracle, {"0-0-0-0", "2-2-2-2"});
  EXPECT_NEAR(at_192[0], 70, 1);
  EXPECT_NEAR(at_192[1], 74, 1);
  config_.inputs = {"size = 128"};
  std::filesystem::remove(directory_.path() / "predictor.safetensors");
  PredictorOracle other = Make(config_);
  EXPECT_NEAR(Predict(other, {"2-2-2-2"})[0], 64, 1);
}

TEST_F(PredictorOracleTest, SaysHowWellItPredictsWhatWasHeldOut) {
  Make(config_);
  const auto file =
      lode::files::ReadSafetensors((directory_.path() / "predictor.safetensors").string());
  EXPECT_GT(std::stod(file.metadata.at("accuracy.rank_correlation")), 0.9);
  EXPECT_LT(std::stod(file.metadata.at("accuracy.mean_error")), 1);
}

// Fitted, read from the directory, or given as a file; alone or beside others.
TEST_F(PredictorOracleTest, HasTheSameBitsHoweverItIsAsked) {
  PredictorOracle fitted = Make(config_), read = Make(config_);
  config_.file = (directory_.path() / "predictor.safetensors").string();
  PredictorOracle given = Make(config_);
  const std::vector<std::string> all = {"0-1-2-0", "2-2-0-1", "1-1-1-1"};
  const std::vector<double> expected = Predict(fitted, all);
  EXPECT_EQ(Predict(read, all), expected);
  EXPECT_EQ(Predict(given, all), expected);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(Predict(fitted, {all[i]})[0], expected[i]);
  }
}

TEST_F(PredictorOracleTest, RefusesWeightsOfAnotherPredictor) {
  Make(config_);
  config_.file = (directory_.path() / "predictor.safetensors").string();
  auto other = config_;
  other.width = 16;
  EXPECT_THAT(lode::Failure([&] { Make(other); }),
              HasSubstr("predictor.safetensors: tensor \"accuracy.0.0.weight\" has the shape"));
  other = config_;
  other.networks = 1;
  EXPECT_THAT(lode::Failure([&] { Make(other); }), HasSubstr("has a tensor \"accuracy.1.0.bias\""));
  other = config_;
  other.inputs.clear();
  EXPECT_THAT(lode::Failure([&] { Make(other); }), HasSubstr("tensor \"scales\" has the shape"));
  PredictorOracle oracle(host_.host(), config_);
  const lode::test::Grid larger(5, 3);
  EXPECT_THAT(lode::Failure([&] { oracle.Bind(larger.space()); }),
              HasSubstr("tensor \"examples\" has the shape"));
}

TEST_F(PredictorOracleTest, RefusesWhatCannotBeMeant) {
  const auto why = [&](const PredictorOracle::Config& config) {
    return lode::Failure([&] { Make(config); });
  };
  auto config = config_;
  config.inputs = {"size"};
  EXPECT_EQ(why(config),
            "inputs has \"size\", expected \"COLUMN = NUMBER\", as in \"resolution = "
            "192\"");
  config.inputs = {"size = big"};
  EXPECT_THAT(why(config), HasSubstr("expected \"COLUMN = NUMBER\""));
  config = config_;
  config.file = directory_.Write("one.csv", "architecture,size,acc\n0-0-0-0,1,2\n").string();
  EXPECT_THAT(why(config), HasSubstr("one.csv: has 1 architectures to learn from"));
}

TEST_F(PredictorOracleTest, IsAskedAfterPrepareAndInFull) {
  PredictorOracle oracle(host_.host(), config_);
  oracle.Bind(grid_.space());
  EXPECT_THAT(lode::Failure([&] { Predict(oracle, {"0-0-0-0"}); }),
              HasSubstr("evaluate before prepare"));
  oracle.Prepare(directory_.path());
  const lode::Architecture a = grid_.space().Parse("0-0-0-0");
  const lode::Query query{a, 0.5, 0};
  double metric = 0;
  EXPECT_THAT(lode::Failure([&] {
                oracle.EvaluateBatch({&query, 1}, {&metric, 1});
              }),
              HasSubstr("the fidelity must be 1"));
}

}  // namespace
}  // namespace predictor
