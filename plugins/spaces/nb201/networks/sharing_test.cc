// Compares nb201.supernet's ways of sharing weights with what their authors published.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "plugins/spaces/nb201/networks/supernet_oracle.h"
#include "plugins/spaces/nb201/space.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/safetensors.h"

namespace nb201 {
namespace {

using Config = SupernetOracle::Config;
using Settings = std::map<std::string, lode::PresetValue>;

constexpr char kCell[] =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~"
    "2|";

Settings PresetOf(const std::string& name) {
  Settings settings;
  for (const lode::Preset& preset : SupernetOracle::Presets()) {
    if (preset.name == name) { settings.insert(preset.settings.begin(), preset.settings.end()); }
  }
  return settings;
}

template <class T>
T ValueOf(const Settings& settings, const char* name) {
  return std::get<T>(settings.at(name));
}

class SharingTest : public testing::Test {
 protected:
  // Small, on images that are split and scored a batch at a time.
  static Config Small() {
    Config config;
    config.cells = 2;
    config.channels = 4;
    config.epochs = 1;
    config.batch_size = 32;
    config.train_images = 64;
    config.validation_images = 200;
    config.calibration_images = 64;
    config.evaluation_batch_size = 50;
    return config;
  }

  lode::files::Safetensors Trained(const Config& config) {
    SupernetOracle oracle(host_.host(), config);
    oracle.Bind(space_.space());
    oracle.Prepare(directory_.path());
    return lode::files::ReadSafetensors(directory_.path() / "supernet.safetensors");
  }

  // Top-1 of queries with these seeds.
  std::vector<double> Scores(Config config, const std::vector<std::uint64_t>& seeds) {
    config.weights = directory_.path() / "supernet.safetensors";
    SupernetOracle oracle(host_.host(), config);
    oracle.Bind(space_.space());
    Cell cell{};
    ParseError error;
    EXPECT_TRUE(Parse(kCell, &cell, &error));
    lode::Architecture architecture(kCells);
    ToArchitecture(cell, architecture);
    std::vector<double> scores;
    for (const std::uint64_t seed : seeds) {
      std::vector<double> metrics(2);
      oracle.Evaluate({architecture, 1, seed}, metrics);
      scores.push_back(metrics[0]);
    }
    return scores;
  }

  lode::test::FixedHost host_;
  lode::test::BoundSpace<Space> space_;
  lode::TemporaryDirectory directory_;
};

// configs/nas-benchmark/algos/{RANDOM,SETN,DARTS,GDAS}.config and the programs that read them.
TEST_F(SharingTest, PresetsHaveTheirAuthorsSettings) {
  const Settings rsps = PresetOf("rsps"), setn = PresetOf("setn"), spos = PresetOf("spos"),
                 darts = PresetOf("darts"), gdas = PresetOf("gdas");
  EXPECT_EQ(ValueOf<std::int64_t>(darts, "epochs"), 50);
  for (const Settings& settings : {rsps, setn, gdas}) {
    EXPECT_EQ(ValueOf<std::int64_t>(settings, "epochs"), 250);
  }
  for (const Settings& settings : {rsps, setn, darts, gdas}) {
    EXPECT_EQ(ValueOf<std::int64_t>(settings, "batch_size"), 64);
    EXPECT_EQ(ValueOf<std::int64_t>(settings, "evaluation_batch_size"), 512);
    EXPECT_FALSE(ValueOf<bool>(settings, "affine"));
    EXPECT_TRUE(ValueOf<bool>(settings, "keep_last_batch"));
    EXPECT_STREQ(ValueOf<const char*>(settings, "moments"), "batch");
    EXPECT_STREQ(ValueOf<const char*>(settings, "scoring"), "batch");
    EXPECT_STREQ(ValueOf<const char*>(settings, "initialization"), "pytorch");
    EXPECT_STREQ(ValueOf<const char*>(settings, "schedule"), "epoch");
  }
  for (const Settings& settings : {rsps, darts, gdas}) {
    EXPECT_EQ(ValueOf<double>(settings, "clip_norm"), 5);
  }
  EXPECT_EQ(ValueOf<double>(setn, "clip_norm"), 0);
  EXPECT_STREQ(ValueOf<const char*>(rsps, "path"), "network");
  EXPECT_STREQ(ValueOf<const char*>(setn, "path"), "cell");
  EXPECT_FALSE(ValueOf<bool>(spos, "affine"));
  EXPECT_STREQ(ValueOf<const char*>(spos, "moments"), "calibrated");
  EXPECT_EQ(ValueOf<double>(spos, "label_smoothing"), 0.1);
  const Config config;  // settings that no preset changes
  EXPECT_EQ(config.learning_rate, 0.025);
  EXPECT_EQ(config.final_learning_rate, 0.001);
  EXPECT_EQ(config.weight_decay, 5e-4);
  EXPECT_EQ(config.momentum, 0.9);
  EXPECT_TRUE(config.nesterov);
}

TEST_F(SharingTest, OnlyNormsOfCellsLoseTheirWeights) {
  Config config = Small();
  config.affine = false;
  std::size_t in_cells = 0, outside = 0;
  for (const auto& [name, tensor] : Trained(config).tensors) {
    if (!name.ends_with("norm.weight") && !name.ends_with("head.weight")) { continue; }
    (name.find(".edge") != std::string::npos ? in_cells : outside) += 1;
  }
  EXPECT_EQ(in_cells, 0U);
  EXPECT_EQ(outside, 6U);  // stem, two in each of two blocks, head
}

TEST_F(SharingTest, BatchMomentsAreNotTracked) {
  Config config = Small();
  config.moments = "batch";
  const lode::files::Safetensors trained = Trained(config);
  for (const auto& [name, tensor] : trained.tensors) {
    if (!name.ends_with("running_mean")) { continue; }
    const bool in_cell = name.find(".edge") != std::string::npos;
    const bool zero = std::ranges::all_of(tensor.values, [](float x) { return x == 0; });
    EXPECT_EQ(zero, in_cell) << name;
  }
  // Nothing is calibrated, so the calibration images do not matter.
  const auto scores = Scores(config, {1});
  config.calibration_images = 1;
  EXPECT_EQ(Scores(config, {1}), scores);
}

TEST_F(SharingTest, TheSeedDrawsTheBatchThatIsScored) {
  Config config = Small();
  Trained(config);
  const auto all = Scores(config, {1, 2});
  EXPECT_EQ(all[0], all[1]);
  config.scoring = "batch";
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 20; ++seed) { seeds.push_back(seed); }
  const auto scores = Scores(config, seeds);
  EXPECT_EQ(Scores(config, seeds), scores);
  EXPECT_GT(std::set<double>(scores.begin(), scores.end()).size(), 1U);
  for (const double score : scores) {
    const double right = score * 50 / 100;  // of 50 images
    EXPECT_NEAR(right, std::round(right), 1e-6);
  }
  EXPECT_TRUE(SupernetOracle(host_.host(), config).Metrics()[0].noisy);
  EXPECT_FALSE(SupernetOracle(host_.host(), Small()).Metrics()[0].noisy);
}

TEST_F(SharingTest, APathForEachCellTrainsDifferentWeights) {
  Config config = Small();
  const auto alike = Trained(config).tensors;
  std::filesystem::remove(directory_.path() / "supernet.safetensors");
  config.path = "cell";
  const auto own = Trained(config).tensors;
  // One batch of 64 images at 32: two steps. Each trains at most one operation of an edge, and the
  // same ones in both cells only if they share their path.
  const auto trained_edges = [](const lode::files::Tensors& tensors, const std::string& cell) {
    std::set<std::string> names;
    for (const auto& [name, tensor] : tensors) {
      if (name.starts_with(cell + ".edge") && name.ends_with("running_mean") &&
          !std::ranges::all_of(tensor.values, [](float x) { return x == 0; })) {
        names.insert(name.substr(cell.size()));
      }
    }
    return names;
  };
  EXPECT_EQ(trained_edges(alike, "stage0_cell0"), trained_edges(alike, "stage0_cell1"));
  EXPECT_NE(trained_edges(own, "stage0_cell0"), trained_edges(own, "stage0_cell1"));
}

}  // namespace
}  // namespace nb201
