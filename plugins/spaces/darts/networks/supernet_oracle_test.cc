#include "plugins/spaces/darts/networks/supernet_oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <lode/testing.hpp>
#include <memory>
#include <string>
#include <vector>

#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/space.h"
#include "plugins/spaces/darts/text.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/images/noise_cifar10.h"

namespace darts {
namespace {

namespace fs = std::filesystem;
using lode::StoppingHost;
using ::testing::HasSubstr;

class DartsSupernetOracleTest : public testing::Test {
 protected:
  DartsSupernetOracleTest() {
    config_.dataset = "cifar10";
    config_.data = lode::images::WriteNoiseCifar10(images_.path());
    config_.cells = 3;
    config_.channels = 4;
    config_.cutout = 8;
    config_.epochs = 3;
    config_.batch_size = 16;
    config_.train_images = 50;
    config_.validation_images = 20;
    config_.calibration_images = 20;
    config_.evaluation_batch_size = 10;
    config_.env_paths = 3;
  }

  std::unique_ptr<SupernetOracle> Bound(const StoppingHost& host) {
    auto oracle = std::make_unique<SupernetOracle>(host.host(), config_);
    oracle->Bind(space_.space());
    return oracle;
  }

  // Trains in a folder of its own.
  lode::files::Safetensors Trained(const std::string& folder, const StoppingHost& host) {
    const fs::path directory = directory_.path() / folder;
    fs::create_directories(directory);
    Bound(host)->Prepare(directory);
    return lode::files::ReadSafetensors(directory / "supernet.safetensors");
  }

  static std::vector<double> Ask(SupernetOracle& oracle, const Genotype& genotype,
                                 std::uint64_t seed = 0) {
    std::vector<double> metrics(2, -1);
    lode::Architecture architecture(kCells);
    ToArchitecture(genotype, architecture);
    oracle.Evaluate({architecture, 1, seed}, metrics);
    return metrics;
  }

  StoppingHost patient_;
  lode::TemporaryDirectory images_, directory_;
  lode::test::BoundSpace<Space> space_;
  SupernetOracle::Config config_;
};

TEST_F(DartsSupernetOracleTest, AQueryDependsOnlyOnItsGenotype) {
  Trained("here", patient_);
  config_.weights = directory_.path() / "here" / "supernet.safetensors";
  const auto one = Bound(patient_), two = Bound(patient_);
  const Genotype a = Parse(kPcDartsCifar), b = Parse(kDartsV1);
  const auto first = Ask(*one, a, 1);
  EXPECT_NE(Ask(*one, b), first);
  EXPECT_EQ(Ask(*one, a, 2), first);
  EXPECT_EQ(Ask(*two, a, 3), first);
}

// Interrupted at each moment in turn: in steps, while calibrating and while random paths are
// measured.
TEST_F(DartsSupernetOracleTest, ATrainingDoesNotDependOnInterruptions) {
  const lode::files::Safetensors whole = Trained("whole", patient_);
  std::size_t interruptions = 0;
  for (int moment = 1; moment < 60; moment += 11) {
    const StoppingHost hasty(moment);
    const std::string folder = "cut-" + std::to_string(moment);
    try {
      Trained(folder, hasty);
    } catch (const lode::CancelledError&) { ++interruptions; }
    const StoppingHost other;
    const lode::files::Safetensors resumed = Trained(folder, other);
    EXPECT_EQ(resumed.metadata, whole.metadata);
    ASSERT_EQ(resumed.tensors.size(), whole.tensors.size());
    for (const auto& [name, tensor] : whole.tensors) {
      ASSERT_EQ(tensor.values, resumed.tensors.at(name).values) << name << ", " << moment;
    }
  }
  EXPECT_GT(interruptions, 2U);
}

// With one path, mean and maximum are its accuracy; with one epoch, that is what a query of the
// trained supernet gives for the same path.
TEST_F(DartsSupernetOracleTest, KeepsTheAccuracyOfRandomPaths) {
  config_.epochs = 1;
  config_.env_paths = 2;
  const auto accuracy = [&](const char* statistic) {
    config_.env_statistic = statistic;
    return std::stod(Trained(statistic, patient_).metadata.at("accuracy_env"));
  };
  const double mean = accuracy("mean"), best = accuracy("max");
  config_.weights = directory_.path() / "max" / "supernet.safetensors";
  const auto oracle = Bound(patient_);
  const auto top1 = [&](std::uint64_t number) {
    return Ask(*oracle, DrawnGenotype(~std::uint64_t{0}, number))[0];
  };
  EXPECT_DOUBLE_EQ(mean, (top1(0) + top1(1)) / 2);
  EXPECT_DOUBLE_EQ(best, std::max(top1(0), top1(1)));
}

// Measuring random paths changes nothing else.
TEST_F(DartsSupernetOracleTest, TheTrainingIsTheSameWithoutMeasuringPaths) {
  const lode::files::Safetensors measured = Trained("with", patient_);
  config_.env_paths = 0;
  const lode::files::Safetensors plain = Trained("without", patient_);
  EXPECT_FALSE(plain.metadata.contains("accuracy_env"));
  for (const auto& [name, tensor] : plain.tensors) {
    if (name.find("running_") != std::string::npos) { continue; }  // recomputed for each query
    EXPECT_EQ(tensor.values, measured.tensors.at(name).values) << name;
  }
}

TEST_F(DartsSupernetOracleTest, WrongUseIsReported) {
  const lode::test::BoundSpace<> tiny;
  EXPECT_THAT(lode::Failure([&] { SupernetOracle(patient_.host(), config_).Bind(tiny.space()); }),
              HasSubstr("the networks are of the space darts"));
  EXPECT_THAT(lode::Failure([&] { Ask(*Bound(patient_), Parse(kDartsV1)); }),
              HasSubstr("evaluate before prepare"));
  Trained("here", patient_);
  config_.weights = directory_.path() / "here" / "supernet.safetensors";
  config_.channel_groups = 2;
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }), HasSubstr("has the shape"));
  config_.channel_groups = 3;
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }),
              HasSubstr("channels is 4, expected a multiple of channel_groups, 3"));
}

}  // namespace
}  // namespace darts
