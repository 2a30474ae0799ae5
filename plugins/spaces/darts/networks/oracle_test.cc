#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <lode/testing.hpp>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "plugins/spaces/darts/networks/train_oracle.h"
#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/space.h"
#include "plugins/spaces/darts/text.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"
#include "tests/temporary_directory.h"
#include "toolkit/images/noise_cifar10.h"

namespace darts {
namespace {

namespace fs = std::filesystem;
using lode::StoppingHost;
using ::testing::HasSubstr;

class DartsOracleTest : public testing::Test {
 protected:
  DartsOracleTest() {
    config_.dataset = "cifar10";
    config_.data = lode::images::WriteNoiseCifar10(images_.path());
    config_.cells = 3;
    config_.channels = 4;
    config_.auxiliary = true;
    config_.drop_path = 0.2;
    config_.cutout = 8;
    config_.epochs = 2;
    config_.batch_size = 16;
    config_.train_images = 40;
    config_.validation_images = 20;
  }

  std::unique_ptr<TrainOracle> Bound(const StoppingHost& host) {
    auto oracle = std::make_unique<TrainOracle>(host.host(), config_);
    oracle->Bind(space_.space());
    return oracle;
  }

  static std::vector<double> Ask(TrainOracle& oracle, std::uint64_t seed) {
    std::vector<double> metrics(oracle.Metrics().size(), -1);
    lode::Architecture architecture(kCells);
    ToArchitecture(Parse(kPcDartsCifar), architecture);
    oracle.Evaluate({architecture, 1, seed}, metrics);
    return metrics;
  }

  lode::TemporaryDirectory images_, directory_;
  lode::test::BoundSpace<Space> space_;
  TrainOracle::Config config_;
};

TEST_F(DartsOracleTest, TrainingIsAFunctionOfItsSeed) {
  const StoppingHost host;
  const auto metrics = Ask(*Bound(host), 7);
  ASSERT_EQ(metrics.size(), 4U);
  for (const double metric : metrics) { EXPECT_TRUE(metric >= 0 && metric <= 100) << metric; }
  const double loss = host.records().at("train_loss");
  const StoppingHost again, another;
  EXPECT_EQ(Ask(*Bound(again), 7), metrics);
  EXPECT_EQ(again.records().at("train_loss"), loss);
  Ask(*Bound(another), 8);
  EXPECT_NE(another.records().at("train_loss"), loss);
}

TEST_F(DartsOracleTest, AnInterruptedTrainingContinuesToTheSameResult) {
  const StoppingHost first, second, hasty(4);
  const auto whole = Ask(*Bound(first), 3);
  const auto cut_off = Bound(hasty);
  cut_off->Prepare(directory_.path());
  EXPECT_THROW(Ask(*cut_off, 3), lode::CancelledError);
  const Genotype genotype = Parse(kPcDartsCifar);
  EXPECT_TRUE(fs::exists(directory_.path() /
                         ("cells-" + std::to_string(ToIndex(genotype[0])) + "-" +
                          std::to_string(ToIndex(genotype[1])) + "-seed-3.safetensors")));
  const auto resumed = Bound(second);
  resumed->Prepare(directory_.path());
  EXPECT_EQ(Ask(*resumed, 3), whole);
  EXPECT_EQ(second.records(), first.records());
}

TEST_F(DartsOracleTest, RecordsTheSizesThatTheSpaceComputes) {
  const StoppingHost host;
  Ask(*Bound(host), 1);
  const Cost cost = NetworkCosts({"cifar", 3, 4, 10, 32, false}).Of(Parse(kPcDartsCifar));
  EXPECT_EQ(host.records().at("parameters"), static_cast<double>(cost.parameters));
  EXPECT_EQ(host.records().at("multiply_adds"), static_cast<double>(cost.macs));
}

TEST_F(DartsOracleTest, PresetsAreThePublishedTrainings) {
  std::map<std::string, std::map<std::string, lode::PresetValue>> presets;
  for (const lode::Preset& preset : TrainOracle::Presets()) {
    presets[preset.name].insert(preset.settings.begin(), preset.settings.end());
  }
  const auto real = [&](const char* preset, const char* name) {
    return std::get<double>(presets.at(preset).at(name));
  };
  const auto count = [&](const char* preset, const char* name) {
    return std::get<std::int64_t>(presets.at(preset).at(name));
  };
  for (const char* preset : {"cifar", "imagenet"}) {
    EXPECT_TRUE(std::get<bool>(presets.at(preset).at("auxiliary")));
    EXPECT_EQ(real(preset, "auxiliary_weight"), 0.4);
    const bool imagenet = preset == std::string("imagenet");
    // The sizes of the networks that PC-DARTS's authors found.
    const Genotype found = Parse(imagenet ? kPcDartsImage : kPcDartsCifar);
    const Cost cost = NetworkCosts({preset, count(preset, "cells"), count(preset, "channels"),
                                    imagenet ? 1000 : 10, imagenet ? 224 : 32, false})
                          .Of(found);
    EXPECT_EQ(cost.parameters, imagenet ? 5342464 : 3634678);
  }
  EXPECT_EQ(real("cifar", "drop_path"), 0.2);
  EXPECT_EQ(count("cifar", "cutout"), 16);
  EXPECT_EQ(count("cifar", "epochs"), 1000);
  EXPECT_EQ(count("cifar", "batch_size"), 96);
  EXPECT_EQ(real("cifar", "learning_rate"), 0.025);
  EXPECT_EQ(count("imagenet", "epochs"), 250);
  EXPECT_EQ(real("imagenet", "learning_rate"), 0.5);
  EXPECT_EQ(real("imagenet", "warm_up_epochs"), 5);
  EXPECT_EQ(real("imagenet", "label_smoothing"), 0.1);
}

TEST_F(DartsOracleTest, WrongUseIsReported) {
  const StoppingHost host;
  const lode::test::BoundSpace<> tiny;
  EXPECT_THAT(lode::Failure([&] { TrainOracle(host.host(), config_).Bind(tiny.space()); }),
              HasSubstr("the networks are of the space darts"));
  config_.network = "imagenet";
  EXPECT_THAT(lode::Failure([&] { Bound(host); }),
              HasSubstr("channels is 4, and the network imagenet needs at least 16"));
  config_.channels = 16;
  EXPECT_THAT(lode::Failure([&] { Bound(host); }), HasSubstr("the auxiliary head would pool maps"));
}

}  // namespace
}  // namespace darts
