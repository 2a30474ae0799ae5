#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <lode/testing.hpp>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "plugins/spaces/nb201/cost.h"
#include "plugins/spaces/nb201/networks/supernet_oracle.h"
#include "plugins/spaces/nb201/networks/train_oracle.h"
#include "plugins/spaces/nb201/space.h"
#include "tests/chance.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/safetensors.h"

namespace nb201 {
namespace {

namespace fs = std::filesystem;
using lode::StoppingHost;
using ::testing::HasSubstr;

constexpr char kGood[] =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~"
    "2|";
constexpr char kBad[] =
    "|avg_pool_3x3~0|+|avg_pool_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_pool_3x3~"
    "2|";

constexpr char kDisconnected[] =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|none~1|none~2|";

// Small networks, few images.
template <class Config>
Config Small() {
  Config config;
  config.cells = 1;
  config.channels = 16;
  config.epochs = 1;
  config.batch_size = 32;
  config.train_images = 320;
  config.validation_images = 200;
  config.learning_rate = 0.05;
  return config;
}

lode::Architecture ArchitectureOf(const std::string& text) {
  Cell cell{};
  ParseError error;
  EXPECT_TRUE(Parse(text, &cell, &error)) << error.message;
  lode::Architecture architecture(kCells);
  ToArchitecture(cell, architecture);
  return architecture;
}

std::uint32_t IndexOf(const std::string& text) {
  return ToIndex(FromArchitecture(ArchitectureOf(text)));
}

template <class Oracle>
std::vector<double> Ask(Oracle& oracle, const std::string& text, std::uint64_t seed = 0,
                        double fidelity = 1) {
  std::vector<double> metrics(oracle.Metrics().size(), -1);
  const lode::Architecture architecture = ArchitectureOf(text);
  oracle.Evaluate({architecture, fidelity, seed}, metrics);
  return metrics;
}

class OracleTest : public testing::Test {
 protected:
  template <class Oracle>
  std::unique_ptr<Oracle> Bound(const typename Oracle::Config& config,
                                const StoppingHost* host = nullptr) {
    auto oracle = std::make_unique<Oracle>((host != nullptr ? *host : patient_).host(), config);
    oracle->Bind(space_.space());
    return oracle;
  }

  fs::path CheckpointOf(const std::string& cell, const std::string& of) const {
    return directory_.path() / ("cell-" + std::to_string(IndexOf(cell)) + of + ".safetensors");
  }

  lode::test::BoundSpace<Space> space_;
  StoppingHost patient_;
  lode::TemporaryDirectory directory_;
};

TEST_F(OracleTest, TrainingIsAFunctionOfItsSeed) {
  auto config = Small<TrainOracle::Config>();
  config.test_images = 200;
  const auto one = Bound<TrainOracle>(config);
  auto two = Bound<TrainOracle>(config);
  two->Prepare(directory_.path());
  const auto metrics = Ask(*one, kGood, 7);
  EXPECT_EQ(metrics.size(), 4U);
  EXPECT_EQ(Ask(*two, kGood, 7), metrics);
  EXPECT_NE(Ask(*one, kGood, 8), metrics);
  two.reset();
  EXPECT_TRUE(fs::is_empty(directory_.path()));
  for (const double metric : metrics) { EXPECT_TRUE(metric >= 0 && metric <= 100) << metric; }
  EXPECT_GE(metrics[1], metrics[0]);  // five guesses are better than one
}

// Two points of a grid may ask for the same cell with the same seed.
TEST_F(OracleTest, TheSameTrainingMayRunTwiceAtATime) {
  auto config = Small<TrainOracle::Config>();
  config.test_images = 200;
  const auto expected = Ask(*Bound<TrainOracle>(config), kGood, 5);
  auto one = Bound<TrainOracle>(config), two = Bound<TrainOracle>(config);
  one->Prepare(directory_.path());
  two->Prepare(directory_.path());
  std::vector<double> beside;
  std::thread other([&] { beside = Ask(*one, kGood, 5); });
  EXPECT_EQ(Ask(*two, kGood, 5), expected);
  other.join();
  EXPECT_EQ(beside, expected);
  one.reset();
  two.reset();
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

// A program that was killed before it stored a result asks for the training again.
TEST_F(OracleTest, AFinishedTrainingIsKeptUntilTheNextOne) {
  auto config = Small<TrainOracle::Config>();
  config.test_images = 200;
  config.epochs = 2;
  const StoppingHost first, second(18);
  auto finished = Bound<TrainOracle>(config, &first);
  finished->Prepare(directory_.path());
  const auto whole = Ask(*finished, kGood, 3);
  const fs::path kept = CheckpointOf(kGood, "-seed-3");
  EXPECT_TRUE(fs::exists(kept));
  const auto killed = Bound<TrainOracle>(config, &second);  // repeated steps would cancel it
  killed->Prepare(directory_.path());
  EXPECT_EQ(Ask(*killed, kGood, 3), whole);
  EXPECT_EQ(second.records(), first.records());
  Ask(*finished, kGood, 4);
  EXPECT_FALSE(fs::exists(kept));
  EXPECT_TRUE(fs::exists(CheckpointOf(kGood, "-seed-4")));
  finished.reset();
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(OracleTest, AnInterruptedTrainingContinuesToTheSameResult) {
  auto config = Small<TrainOracle::Config>();
  config.test_images = 200;
  config.epochs = 4;
  const StoppingHost first, second;
  const auto whole = Ask(*Bound<TrainOracle>(config, &first), kGood, 3);
  const StoppingHost hasty(7);
  const auto cut_off = Bound<TrainOracle>(config, &hasty);
  cut_off->Prepare(directory_.path());
  EXPECT_THROW(Ask(*cut_off, kGood, 3), lode::CancelledError);
  EXPECT_FALSE(fs::is_empty(directory_.path()));
  const auto resumed = Bound<TrainOracle>(config, &second);
  resumed->Prepare(directory_.path());
  EXPECT_EQ(Ask(*resumed, kGood, 3), whole);
  EXPECT_EQ(second.records(), first.records());
  EXPECT_EQ(first.records().size(), 4U);
  EXPECT_GT(first.records().at("train_accuracy"), lode::FarAboveChance(320));
}

TEST_F(OracleTest, AFidelityIsAShareOfTheEpochs) {
  auto config = Small<TrainOracle::Config>();
  config.train_images = 32;
  config.validation_images = 20;
  config.test = false;
  const auto brief = Ask(*Bound<TrainOracle>(config), kGood, 3);
  config.epochs = 2;
  const auto oracle = Bound<TrainOracle>(config);
  EXPECT_EQ(oracle->Fidelities(), lode::Fidelities::Range(0.5));
  EXPECT_EQ(Ask(*oracle, kGood, 3, 0.5), brief);
}

TEST_F(OracleTest, WithoutValidationImagesThereAreOnlyTestMetrics) {
  auto config = Small<TrainOracle::Config>();
  config.validation_share = 0;
  const auto oracle = Bound<TrainOracle>(config);
  ASSERT_EQ(oracle->Metrics().size(), 2U);
  EXPECT_EQ(oracle->Metrics()[0].name, "test_accuracy");
  EXPECT_EQ(oracle->Metrics()[0].split, LODE_SPLIT_TEST);
}

// Images of noise in the file format of CIFAR-10, or of CIFAR-100, with twice as many test images
// per class.
fs::path WriteCifar(const fs::path& directory, bool cifar10) {
  const auto write = [&](const char* name, std::size_t classes, std::size_t per_class) {
    std::ofstream out(directory / name, std::ios::binary);
    std::mt19937 bits(7);
    for (std::size_t i = 0; i < classes * per_class; ++i) {
      if (!cifar10) { out.put('\0'); }
      out.put(static_cast<char>(i % classes));
      for (int p = 0; p < 3072; ++p) { out.put(static_cast<char>(bits() >> 24)); }
    }
  };
  if (cifar10) {
    for (int batch = 1; batch <= 5; ++batch) {
      write(("data_batch_" + std::to_string(batch) + ".bin").c_str(), 10, 4);
    }
    write("test_batch.bin", 10, 4);
  } else {
    write("train.bin", 100, 2);
    write("test.bin", 100, 2);
  }
  return directory;
}

TrainOracle::Config Benchmark(const fs::path& directory, bool cifar10) {
  TrainOracle::Config config;
  config.protocol = "benchmark";
  config.dataset = cifar10 ? "cifar10" : "cifar100";
  config.data = WriteCifar(directory, cifar10);
  config.cells = 1;
  config.channels = 4;
  config.epochs = 1;
  config.batch_size = 32;
  return config;
}

TEST_F(OracleTest, TheBenchmarkTestsCifar10OnASecondNetwork) {
  auto config = Benchmark(directory_.path(), true);
  const StoppingHost host;
  const auto whole = Ask(*Bound<TrainOracle>(config, &host), kGood, 2);
  ASSERT_EQ(whole.size(), 4U);
  EXPECT_TRUE(host.records().contains("train_loss"));
  EXPECT_TRUE(host.records().contains("all_train_loss"));
  EXPECT_NE(host.records().at("train_loss"), host.records().at("all_train_loss"));
  config.test = false;
  const StoppingHost other;
  const auto half = Ask(*Bound<TrainOracle>(config, &other), kGood, 2);
  EXPECT_EQ(half, std::vector<double>(whole.begin(), whole.begin() + 2));
  EXPECT_FALSE(other.records().contains("all_train_loss"));
  EXPECT_EQ(other.records().at("train_loss"), host.records().at("train_loss"));
}

TEST_F(OracleTest, TheBenchmarkValidatesCifar100OnHalfOfItsTestImages) {
  const StoppingHost host;
  const auto metrics = Ask(*Bound<TrainOracle>(Benchmark(directory_.path(), false), &host), kGood);
  ASSERT_EQ(metrics.size(), 4U);
  EXPECT_FALSE(host.records().contains("all_train_loss"));
  for (const double metric : metrics) {  // of 100 images, except for ties among logits
    EXPECT_NEAR(metric, std::round(metric), 1e-6);
  }
}

TEST_F(OracleTest, RecordsTheSizesThatTheSpaceComputes) {
  auto config = Benchmark(directory_.path(), true);
  config.test = false;
  config.channels = 16;
  config.cells = 5;
  const StoppingHost host;
  Ask(*Bound<TrainOracle>(config, &host), kGood);
  const NetworkSize size = NetworkSizes({10, 32, 16, 5}).Of(FromIndex(IndexOf(kGood)));
  EXPECT_EQ(host.records().at("parameters"), static_cast<double>(size.params));
  EXPECT_EQ(host.records().at("multiply_adds"), static_cast<double>(size.macs));
}

TEST_F(OracleTest, AnInterruptedSecondTrainingContinues) {
  const auto config = Benchmark(directory_.path(), true);
  const StoppingHost first, second;
  const auto whole = Ask(*Bound<TrainOracle>(config, &first), kGood, 2);
  // Batches of the first training (4 of 32), of validation (4), and two of the second training.
  const StoppingHost hasty(10);
  const auto cut_off = Bound<TrainOracle>(config, &hasty);
  cut_off->Prepare(directory_.path());
  EXPECT_THROW(Ask(*cut_off, kGood, 2), lode::CancelledError);
  EXPECT_TRUE(fs::exists(CheckpointOf(kGood, "-seed-2")));  // the first is not repeated
  EXPECT_TRUE(fs::exists(CheckpointOf(kGood, "-seed-2-all")));
  const auto resumed = Bound<TrainOracle>(config, &second);
  resumed->Prepare(directory_.path());
  EXPECT_EQ(Ask(*resumed, kGood, 2), whole);
  EXPECT_EQ(second.records(), first.records());
}

TEST_F(OracleTest, ASupernetDoesNotDependOnInterruptions) {
  const auto config = Small<SupernetOracle::Config>();
  const fs::path here = directory_.path() / "here", there = directory_.path() / "there";
  fs::create_directories(here);
  fs::create_directories(there);
  const auto whole = Bound<SupernetOracle>(config);
  whole->Prepare(here);
  const StoppingHost hasty(4);
  EXPECT_THROW(Bound<SupernetOracle>(config, &hasty)->Prepare(there), lode::CancelledError);
  const auto resumed = Bound<SupernetOracle>(config);
  resumed->Prepare(there);
  const auto one = lode::files::ReadSafetensors(here / "supernet.safetensors").tensors;
  const auto two = lode::files::ReadSafetensors(there / "supernet.safetensors").tensors;
  ASSERT_EQ(one.size(), two.size());
  for (const auto& [name, tensor] : one) { EXPECT_EQ(tensor.values, two.at(name).values) << name; }
}

TEST_F(OracleTest, AQueryOfASupernetDependsOnlyOnItsCell) {
  auto config = Small<SupernetOracle::Config>();
  Bound<SupernetOracle>(config)->Prepare(directory_.path());
  config.weights = directory_.path() / "supernet.safetensors";
  const auto one = Bound<SupernetOracle>(config), two = Bound<SupernetOracle>(config);
  const auto good = Ask(*one, kGood), bad = Ask(*one, kBad);
  EXPECT_EQ(Ask(*two, kBad), bad);
  EXPECT_EQ(Ask(*two, kGood), good);
  EXPECT_EQ(Ask(*one, kGood), good);
  EXPECT_NE(good, bad);
}

// The moments left by training are those of a mixture of cells.
TEST_F(OracleTest, AQueryOfASupernetRecomputesItsBatchNormMoments) {
  auto config = Small<SupernetOracle::Config>();
  Bound<SupernetOracle>(config)->Prepare(directory_.path());
  config.weights = directory_.path() / "supernet.safetensors";
  const auto expected = Ask(*Bound<SupernetOracle>(config), kGood);
  lode::files::Safetensors contents = lode::files::ReadSafetensors(config.weights);
  std::size_t changed = 0;
  for (auto& [name, tensor] : contents.tensors) {
    if (!name.ends_with("running_mean") && !name.ends_with("running_variance")) { continue; }
    for (float& value : tensor.values) { value = 3 * value + 1; }
    ++changed;
  }
  EXPECT_GT(changed, 0U);
  config.weights = directory_.path() / "changed.safetensors";
  lode::files::WriteSafetensors(config.weights, contents);
  EXPECT_EQ(Ask(*Bound<SupernetOracle>(config), kGood), expected);
}

TEST_F(OracleTest, MetricsNameOnlyTheEpochsOfTheirOwnTraining) {
  auto config = Small<SupernetOracle::Config>();
  config.epochs = 3;
  EXPECT_EQ(SupernetOracle(patient_.host(), config).Metrics()[0].epochs, 3);
  config.weights = "trained.safetensors";
  EXPECT_EQ(SupernetOracle(patient_.host(), config).Metrics()[0].epochs, 0);
}

TEST_F(OracleTest, WrongUseIsReported) {
  auto supernet = Small<SupernetOracle::Config>();
  EXPECT_THAT(lode::Failure([&] { Ask(*Bound<SupernetOracle>(supernet), kGood); }),
              HasSubstr("evaluate before prepare"));
  Bound<SupernetOracle>(supernet)->Prepare(directory_.path());
  supernet.weights = directory_.path() / "supernet.safetensors";
  EXPECT_THAT(lode::Failure([&] { Ask(*Bound<SupernetOracle>(supernet), kGood, 0, 0.5); }),
              HasSubstr("the fidelity must be 1"));
  supernet.split_seed = 1;
  EXPECT_THAT(lode::Failure([&] { Bound<SupernetOracle>(supernet); }),
              HasSubstr("was trained on a different part of the images: fashion_mnist, classes 0, "
                        "validation share 0.5, split 0, expected fashion_mnist, classes 0, "
                        "validation share 0.5, split 1"));
  supernet.split_seed = 0;
  supernet.channels = 17;
  EXPECT_THAT(lode::Failure([&] { Bound<SupernetOracle>(supernet); }),
              HasSubstr("has the shape [16, 1, 3, 3], expected [17, 1, 3, 3]"));
  supernet.validation_share = 0;
  EXPECT_THAT(lode::Failure([&] { Bound<SupernetOracle>(supernet); }),
              HasSubstr("validation_share is 0"));
  auto train = Small<TrainOracle::Config>();
  train.device = "cuda:7";
  EXPECT_THAT(lode::Failure([&] { Bound<TrainOracle>(train); }), HasSubstr("device \"cuda:7\""));
  train.device = "tpu please";
  EXPECT_THAT(lode::Failure([&] { Bound<TrainOracle>(train); }), HasSubstr("expected \"cpu\""));
  train.device = "cpu";
  const lode::test::BoundSpace<> tiny;
  EXPECT_THAT(lode::Failure([&] { TrainOracle(patient_.host(), train).Bind(tiny.space()); }),
              HasSubstr("the networks are of the space nb201"));
  train.dataset = "cifar10";
  train.data = "/no/such/place";
  EXPECT_THAT(lode::Failure([&] { Bound<TrainOracle>(train); }), HasSubstr("/no/such/place"));
}

// Only one of the two cells passes on what it sees; it has 90.8 % in the table, the other 9.7 %.
TEST_F(OracleTest, LearnsFromRealCifar10) {
  const char* given = std::getenv("LODE_DATA");
  const fs::path data = given != nullptr ? given : LODE_SOURCE_DIR "/../shared/data";
  const fs::path script = data / "../tools/cifar10_bin.py";
  if (!fs::exists(script)) { GTEST_SKIP() << "no images: " << script << " is missing"; }
  const std::string make = "/usr/bin/python3 -B " + script.string() + " " +
                           directory_.path().string() + " --train 200 --test 100 >/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0) << make;
  auto config = Small<TrainOracle::Config>();
  config.dataset = "cifar10";
  config.data = directory_.path() / "cifar-10-batches-bin";
  config.train_images = 0;
  config.validation_images = 1000;
  config.test_images = 1000;
  config.channels = 8;
  config.epochs = 3;
  config.learning_rate = 0.1;
  const auto oracle = Bound<TrainOracle>(config);
  constexpr int kSeeds = 2;
  double difference = 0;  // of accuracies on 1000 images of each part
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto good = Ask(*oracle, kGood, seed), bad = Ask(*oracle, kDisconnected, seed);
    difference += (good[0] - bad[0] + good[2] - bad[2]) / (2 * kSeeds);
  }
  // Five standard deviations, which are largest at accuracies of 50 %.
  EXPECT_GT(difference, 5 * 100 * std::sqrt(2 * 0.25 / (2 * kSeeds * 1000)));
}

}  // namespace
}  // namespace nb201
