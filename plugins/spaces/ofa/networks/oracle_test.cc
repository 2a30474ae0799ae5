#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <lode/testing.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/networks/subnet_choices.h"
#include "plugins/spaces/ofa/networks/supernet_oracle.h"
#include "plugins/spaces/ofa/networks/train_oracle.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/images/noise_cifar10.h"
#include "toolkit/training/checkpoint.h"

namespace ofa {
namespace {

namespace fs = std::filesystem;
using lode::StoppingHost;
using ::testing::HasSubstr;

// Small trainings on images of noise in CIFAR-10's format.
template <class Config>
Config Small(const fs::path& images) {
  Config config;
  config.dataset = "cifar10";
  config.data = lode::images::WriteNoiseCifar10(images);
  config.epochs = 1;
  config.batch_size = 10;
  config.train_images = 20;
  config.validation_images = 20;
  return config;
}

template <class Oracle>
class OracleTest : public testing::Test {
 protected:
  using Config = typename Oracle::Config;

  OracleTest() : config_(Small<Config>(images_.path())) {}

  std::unique_ptr<Oracle> Bound(const StoppingHost& host) const {
    auto oracle = std::make_unique<Oracle>(host.host(), config_);
    oracle->Bind(space_.view());
    return oracle;
  }

  static std::vector<double> Ask(Oracle& oracle, const Subnet& subnet, std::uint64_t seed = 0) {
    std::vector<double> metrics(oracle.Metrics().size(), -1);
    const lode::Architecture architecture = Of(subnet);
    oracle.Evaluate({architecture, 1, seed}, metrics);
    return metrics;
  }

  // Writes a supernet whose moments and matrices are not those that networks begin with.
  fs::path WriteSupernet() const {
    MobileNet network(MobileNetConfig{.classes = 10}, 3);
    const torch::NoGradGuard no_grad;
    for (const auto& parameter : network->named_parameters()) {
      if (parameter.key().ends_with("_matrix")) { parameter->add_(0.05); }
    }
    const fs::path file = directory_.path() / "given.safetensors";
    lode::files::WriteSafetensors(file, {lode::training::TensorsOf(*network)});
    return file;
  }

  StoppingHost patient_;
  lode::TemporaryDirectory images_, directory_;
  BoundSpace space_;
  Config config_;
};

// ---- ofa.supernet

class OfaSupernetOracleTest : public OracleTest<SupernetOracle> {
 protected:
  OfaSupernetOracleTest() {
    config_.full_epochs = config_.kernel_epochs = config_.depth_3_epochs = 1;
    config_.depth_2_epochs = config_.expand_4_epochs = 1;
    config_.subnets = 2;
    config_.calibration_images = 20;
    config_.evaluation_batch_size = 10;
  }
};

TEST_F(OfaSupernetOracleTest, AQueryDependsOnlyOnItsNetwork) {
  config_.weights = WriteSupernet();
  const auto one = Bound(patient_), two = Bound(patient_);
  const auto first = Ask(*one, Uniform(5, 4, 3), 1);
  EXPECT_NE(Ask(*one, Uniform(7, 6, 4)), first);
  Subnet same = Uniform(5, 4, 3);
  same.kernel[3] = 7;  // of an inactive layer
  EXPECT_EQ(Ask(*one, same, 2), first);
  EXPECT_EQ(Ask(*two, Uniform(5, 4, 3), 3), first);
}

// Six phases of two steps: each but the last process is cut in its fourth step.
TEST_F(OfaSupernetOracleTest, IsTrainedOnceAndContinuesAfterInterruptions) {
  config_.env_paths = 1;
  const auto trained = [&](const char* folder, const StoppingHost& host) {
    const fs::path directory = directory_.path() / folder;
    fs::create_directories(directory);
    Bound(host)->Prepare(directory);
    return lode::files::ReadSafetensors(directory / "supernet.safetensors");
  };
  const lode::files::Safetensors whole = trained("whole", patient_);
  for (int cut = 0; cut < 3; ++cut) {
    const StoppingHost hasty(3);
    EXPECT_THROW(trained("cut", hasty), lode::CancelledError);
  }
  const lode::files::Safetensors resumed = trained("cut", patient_);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path() / "cut"), {}), 1)
      << "checkpoints are left";
  EXPECT_EQ(resumed.metadata, whole.metadata);
  for (const auto& [name, tensor] : whole.tensors) {
    ASSERT_EQ(tensor.values, resumed.tensors.at(name).values) << name;
  }
}

// The authors' way, computed here: a pass over batches whose norms use their own moments, which are
// averaged with the batches' sizes as weights. In both memory formats, since norms have a way for
// each.
TEST(OfaCalibrationTest, MomentsAreThoseOfTheCalibrationBatches) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  for (const auto format : {at::MemoryFormat::ChannelsLast, at::MemoryFormat::Contiguous}) {
    MobileNet network(MobileNetConfig{.classes = 10}, 1);
    const torch::Tensor weight = network->named_parameters()["first_conv.conv.weight"];
    torch::Tensor mean = torch::zeros(16), variance = torch::zeros(16);
    std::int64_t seen = 0;
    for (const std::int64_t size : {8, 8, 3}) {
      const torch::Tensor images = torch::randn({size, 3, 4, 4}).contiguous(format);
      seen += size;
      const double share = static_cast<double>(size) / static_cast<double>(seen);
      network(images, Uniform(3, 3, 2), Pass::Calibration(share).WithBiasedVariances());
      const auto [v, m] = torch::var_mean(torch::conv2d(images, weight, {}, 2, 1), {0, 2, 3},
                                          /*unbiased=*/false);
      mean += m * size;
      variance += v * size;
    }
    const auto buffers = network->named_buffers();
    EXPECT_TRUE(torch::allclose(buffers["first_conv.bn.running_mean"], mean / seen, 1e-5, 1e-6));
    EXPECT_TRUE(torch::allclose(buffers["first_conv.bn.running_var"], variance / seen, 1e-5, 1e-6));
  }
}

TEST_F(OfaSupernetOracleTest, CanMeasureTestImagesInstead) {
  config_.weights = WriteSupernet();
  const auto metric = [&] { return Bound(patient_)->Metrics()[0]; };
  const auto on_validation = Ask(*Bound(patient_), Uniform(5, 4, 3));
  EXPECT_EQ(metric().name, "valid_accuracy");
  EXPECT_EQ(metric().split, LODE_SPLIT_VALIDATION);
  config_.measured_on = "test";
  EXPECT_NE(Ask(*Bound(patient_), Uniform(5, 4, 3)), on_validation);
  EXPECT_EQ(metric().name, "test_accuracy");
  EXPECT_EQ(metric().split, LODE_SPLIT_TEST);
}

TEST_F(OfaSupernetOracleTest, WrongUseIsReported) {
  const lode::test::BoundSpace<> tiny;
  EXPECT_THAT(lode::Failure([&] { SupernetOracle(patient_.host(), config_).Bind(tiny.space()); }),
              HasSubstr("the network is of the space ofa"));
  EXPECT_THAT(lode::Failure([&] { Ask(*Bound(patient_), Uniform(3, 3, 2)); }),
              HasSubstr("evaluate before prepare"));
  config_.weights = WriteSupernet();
  config_.classes = 5;
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }), HasSubstr("classifier.linear"));
  config_.classes = 0;
  config_.width = "1.2";
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }),
              HasSubstr("the space has another width than 1.2"));
}

TEST_F(OfaSupernetOracleTest, PhasesThatDoNotGoTogetherAreReported) {
  config_.sampling = "sandwich";
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }),
              HasSubstr("a step of the phase kernel has 1 sub-network, expected 2 or more"));
  config_.kernel_epochs = config_.full_epochs = 0;
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }),
              HasSubstr("full_epochs is 0 and distillation is not"));
}

TEST(OfaSubnetChoicesTest, AllChoicesAreEquallyLikely) {
  std::map<int, int> kernels, expands, depths;
  std::set<Subnet> drawn;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const Subnet subnet = SubnetChoices().Draw(5, number);
    for (const std::uint8_t kernel : subnet.kernel) { ++kernels[kernel]; }
    for (const std::uint8_t expand : subnet.expand) { ++expands[expand]; }
    for (const std::uint8_t depth : subnet.depth) { ++depths[depth]; }
    drawn.insert(subnet);
  }
  EXPECT_EQ(drawn.size(), 1000U);
  EXPECT_EQ(SubnetChoices().Draw(5, 7), SubnetChoices().Draw(5, 7));
  for (const auto& [counts, total] :
       {std::pair(kernels, 20000), std::pair(expands, 20000), std::pair(depths, 5000)}) {
    EXPECT_EQ(counts.size(), 3U);
    for (const auto& [value, count] : counts) {
      EXPECT_NEAR(count, total / 3, total / 30) << value;
    }
  }
}

// ---- ofa.train

class OfaTrainOracleTest : public OracleTest<TrainOracle> {};

TEST_F(OfaTrainOracleTest, TrainingIsAFunctionOfItsSeed) {
  const auto metrics = Ask(*Bound(patient_), Uniform(3, 3, 2), 7);
  ASSERT_EQ(metrics.size(), 4U);
  const double loss = patient_.records().at("train_loss");
  const StoppingHost again, another;
  EXPECT_EQ(Ask(*Bound(again), Uniform(3, 3, 2), 7), metrics);
  EXPECT_EQ(again.records().at("train_loss"), loss);
  Ask(*Bound(another), Uniform(3, 3, 2), 8);
  EXPECT_NE(another.records().at("train_loss"), loss);
}

TEST_F(OfaTrainOracleTest, RecordsTheSizesOfTheNetwork) {
  const Subnet subnet = Uniform(3, 3, 2);
  Ask(*Bound(patient_), subnet, 1);
  const Cost cost = CostTable({"1.0", 32}).Of(subnet);
  const auto fewer = static_cast<double>(1280 * (kClasses - 10));  // weights of other classes
  EXPECT_EQ(patient_.records().at("parameters"),
            static_cast<double>(cost.params - (kClasses - 10)) - fewer);
  EXPECT_EQ(patient_.records().at("multiply_adds"), static_cast<double>(cost.macs) - fewer);
}

// With a learning rate of 0 the trained network is the inherited one: the file that the training
// leaves has the supernet's slices.
TEST_F(OfaTrainOracleTest, InheritsTheWeightsOfASupernet) {
  config_.weights = WriteSupernet();
  config_.learning_rate = 0;
  config_.keep_weights = true;
  const Subnet subnet = Uniform(5, 3, 2);
  const auto oracle = Bound(patient_);
  oracle->Prepare(directory_.path());
  Ask(*oracle, subnet, 4);
  const auto left = lode::files::ReadSafetensors(
      directory_.path() / "subnet-2-5353-2-5353-2-5353-2-5353-2-5353-seed-4.safetensors");
  MobileNet supernet(MobileNetConfig{.classes = 10}, 0),
      plain(MobileNetConfig{.classes = 10}, subnet, 0);
  lode::training::SetTensors(*supernet, lode::files::ReadSafetensors(config_.weights).tensors,
                             "given");
  plain->Inherit(*supernet, subnet);
  for (const auto& [name, tensor] : lode::training::TensorsOf(*plain)) {
    if (name.find("running_") != std::string::npos) { continue; }  // a training's own
    EXPECT_EQ(left.tensors.at(name).values, tensor.values) << name;
  }
}

TEST_F(OfaTrainOracleTest, ASubnetsFileIsNamedByItsActiveChoices) {
  config_.keep_weights = true;
  const auto oracle = Bound(patient_);
  oracle->Prepare(directory_.path());
  Subnet subnet = Uniform(3, 3, 2);
  subnet.kernel[1] = 7;
  subnet.expand[1] = 6;
  subnet.kernel[2] = 5;  // of an inactive layer
  Ask(*oracle, subnet, 4);
  EXPECT_TRUE(fs::exists(directory_.path() /
                         "subnet-2-3376-2-3333-2-3333-2-3333-2-3333-seed-4.safetensors"));
}

TEST_F(OfaTrainOracleTest, WrongUseIsReported) {
  config_.width = "1.2";
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }),
              HasSubstr("the space has another width than 1.2"));
  config_.width = "1.0";
  config_.weights = directory_.path() / "missing.safetensors";
  EXPECT_THAT(lode::Failure([&] { Bound(patient_); }), HasSubstr("missing.safetensors"));
}

}  // namespace
}  // namespace ofa
