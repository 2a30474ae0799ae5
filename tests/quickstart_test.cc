// configs/quickstart.toml as a newcomer runs it, but shorter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/chance.h"
#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode {
namespace {

using nlohmann::json;

TEST(Quickstart, SearchesOnImagesAndTrainsWhatItFound) {
  const TemporaryDirectory directory;
  const Program lode(directory.path());
  std::vector<std::string> arguments = {SourceFile("configs/quickstart.toml").string(), "--out",
                                        (directory.path() / "out").string()};
  AppendSettings(
      arguments,
      {"stage.supernet.oracle.train_images=1600", "stage.supernet.oracle.epochs=3",
       "stage.search.oracle.train_images=640", "stage.search.oracle.validation_images=500",
       "stage.search.budget.unique_queries=12", "stage.final.oracle.train_images=1600",
       "stage.final.oracle.epochs=2", "stage.final.oracle.validation_images=500",
       "stage.final.oracle.test_images=500"});
  const json out = RunJson(lode, arguments);

  ASSERT_EQ(out["stages"].size(), 3U);
  for (const json& stage : out["stages"]) { EXPECT_EQ(stage["finished"], true) << stage; }
  ASSERT_EQ(out["comparisons"].size(), 1U);
  const json& rows = out["comparisons"][0]["rows"];
  ASSERT_EQ(rows.size(), 3U);  // one for each optimizer
  for (const json& row : rows) {
    EXPECT_GT(row["found"], FarAboveChance(500)) << row;
    EXPECT_GT(row["metrics"]["test_accuracy"]["mean"], FarAboveChance(500)) << row;
  }

  arguments.emplace_back("--resume");
  for (const json& stage : RunJson(lode, arguments)["stages"]) {
    EXPECT_EQ(stage["run"], false) << stage;
  }
}

}  // namespace
}  // namespace lode
