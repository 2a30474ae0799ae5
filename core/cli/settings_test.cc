#include "core/cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/config/config_test.h"

namespace lode::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

class CliSettingsTest : public core::ConfigTest {
 protected:
  std::vector<Setting> Of(const std::string& text) const {
    return SettingsOf(
        core::ResolveStages(core::Document::Read(Write("p.toml", text), {}), catalog_), catalog_);
  }

  // Returns the paths with a prefix.
  static std::vector<std::string> PathsOf(const std::vector<Setting>& settings,
                                          const std::string& prefix) {
    std::vector<std::string> paths;
    for (const Setting& s : settings) {
      if (s.path.starts_with(prefix)) { paths.push_back(s.path); }
    }
    return paths;
  }

  static const Setting& Named(const std::vector<Setting>& settings, const std::string& path) {
    const auto at = std::ranges::find(settings, path, &Setting::path);
    EXPECT_NE(at, settings.end()) << path;
    return at != settings.end() ? *at : settings.at(0);
  }
};

TEST_F(CliSettingsTest, AComponentsParametersHaveTheirValues) {
  const std::vector<Setting> settings =
      SettingsOf(*catalog_.Find(LODE_ORACLE, "acme.table"), "oracle.3.");
  ASSERT_EQ(settings.size(), 2u);
  EXPECT_EQ(settings[0].path, "oracle.3.dataset");
  EXPECT_THAT(settings[0].values, ElementsAre("cifar10", "cifar100"));
  EXPECT_FALSE(settings[0].is_file);
  EXPECT_EQ(settings[1].path, "oracle.3.table");
  EXPECT_THAT(settings[1].values, IsEmpty());
  EXPECT_TRUE(settings[1].is_file);
}

TEST_F(CliSettingsTest, APipelineHasThoseOfItsComponents) {
  const std::vector<Setting> settings = Of(core::kPipeline);
  EXPECT_THAT(PathsOf(settings, "space."), ElementsAre("space.use", "space.size"));
  EXPECT_THAT(PathsOf(settings, "oracle."),
              ElementsAre("oracle.use", "oracle.dataset", "oracle.table"));
  EXPECT_THAT(
      PathsOf(settings, "optimizer."),
      ElementsAre("optimizer.use", "optimizer.preset", "optimizer.top_k", "optimizer.lr",
                  "optimizer.hidden", "optimizer.decay", "optimizer.tags", "optimizer.log_loss"));
  EXPECT_THAT(PathsOf(settings, "exploration."), IsEmpty());
  EXPECT_THAT(Named(settings, "optimizer.use").values, ElementsAre("l2nas", "rea", "random"));
  EXPECT_THAT(Named(settings, "optimizer.preset").values, ElementsAre("robust", "paper"));
  EXPECT_THAT(Named(settings, "optimizer.log_loss").values, ElementsAre("true", "false"));
}

TEST_F(CliSettingsTest, TheHostsTablesAreThereAndListsOfTablesAreNot) {
  const std::vector<Setting> settings = Of(core::kPipeline);
  EXPECT_THAT(PathsOf(settings, ""), IsSupersetOf({"pipeline.seeds", "budget.steps",
                                                   "reward.metric", "execution.workers"}));
  EXPECT_THAT(PathsOf(settings, ""), Not(Contains("include")));
  EXPECT_THAT(PathsOf(settings, "stage."), IsEmpty());
  EXPECT_THAT(PathsOf(settings, "."), IsEmpty());
}

TEST_F(CliSettingsTest, SeveralComponentsOfAKindAreNumbered) {
  std::string text = core::kPipeline;
  text.replace(text.find("[oracle]"), std::string("[oracle]").size(), "[[oracle]]");
  text.insert(text.find("[reward]"), "[[oracle]]\nuse = \"size\"\n");
  const std::vector<Setting> settings = Of(text);
  EXPECT_THAT(PathsOf(settings, "oracle."),
              ElementsAre("oracle.0.use", "oracle.0.dataset", "oracle.0.table", "oracle.1.use"));
}

TEST_F(CliSettingsTest, AGridHasTheParametersOfAllItsComponentsOnce) {
  const std::vector<Setting> settings =
      Of(std::string(core::kPipeline) + "[grid]\n\"optimizer.use\" = [\"l2nas\", \"rea\"]\n");
  const std::vector<std::string> paths = PathsOf(settings, "");
  EXPECT_THAT(paths, IsSupersetOf({"optimizer.top_k", "optimizer.population"}));
  EXPECT_EQ(std::set(paths.begin(), paths.end()).size(), paths.size());
}

TEST_F(CliSettingsTest, StagesPrecedeTheirPaths) {
  const std::vector<Setting> settings = Of(R"([pipeline]
name = "p"
[space]
use = "ring"
[[stage]]
name = "train"
[stage.oracle]
use = "supernet"
[[stage]]
name = "find"
[stage.oracle]
use = "acme.table"
[stage.reward]
metric = "valid_accuracy"
[stage.optimizer]
use = "rea"
[stage.budget]
steps = 5
)");
  EXPECT_THAT(PathsOf(settings, "stage.train.oracle."),
              ElementsAre("stage.train.oracle.use", "stage.train.oracle.epochs",
                          "stage.train.oracle.weights"));
  EXPECT_THAT(PathsOf(settings, "stage.train.optimizer."), IsEmpty());  // a preparation
  EXPECT_THAT(PathsOf(settings, "stage.find.optimizer."),
              ElementsAre("stage.find.optimizer.use", "stage.find.optimizer.population",
                          "stage.find.optimizer.sample"));
  EXPECT_EQ(PathsOf(settings, "stage.").size(), settings.size());
}

TEST_F(CliSettingsTest, WithoutAPipelineComponentsCanBeChosen) {
  const std::vector<Setting> settings = SettingsOf(catalog_);
  EXPECT_THAT(Named(settings, "space.use").values, ElementsAre("ring"));
  EXPECT_THAT(PathsOf(settings, "optimizer."), ElementsAre("optimizer.use"));
  EXPECT_THAT(PathsOf(settings, "budget."), Contains("budget.steps"));
}

}  // namespace
}  // namespace lode::cli
