#include "core/run/plan.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/config/config_test.h"
#include "core/plugin/error.h"
#include "core/store/run_plan.h"
#include "tests/failure.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;

class PlanOfRunsTest : public ConfigTest {
 protected:
  // Plans the smallest pipeline with some settings.
  void Make(const std::vector<std::string>& settings) {
    searches_ = Searches(kPipeline, settings);
    plan_.results.reserve(searches_.size());
    for (const Search& search : searches_) {
      plan_.AddSearch(search, catalog_, dir_.path() / "out");
    }
  }

  std::vector<Search> searches_;
  Plan plan_;
};

MetricDeclaration Metric(const std::string& name) {
  MetricDeclaration metric;
  metric.name = name;
  return metric;
}

TEST_F(PlanOfRunsTest, ARunForEachSeedHasItsPlaceInTheResult) {
  Make({"pipeline.seeds=[3, 7]"});
  ASSERT_THAT(plan_.runs, SizeIs(2));
  EXPECT_EQ(TitleOf(plan_.runs[1]), "p seed 7");
  EXPECT_EQ(plan_.runs[1].directory, dir_.path() / "out/seed-7");
  EXPECT_FALSE(plan_.runs[1].exists);
  RunResult result;
  result.seed = 7;
  TakeOutcome(plan_.runs[1], {{Metric("valid_accuracy")}, result});
  EXPECT_EQ(plan_.results[0].runs[1].seed, 7u);
  EXPECT_EQ(plan_.results[0].metrics[0].name, "valid_accuracy");
  EXPECT_EQ(&plan_.CatalogOf(searches_[0]), &catalog_);
}

TEST_F(PlanOfRunsTest, PointsOfAGridAreInTitlesAndDirectories) {
  Make({"grid={\"optimizer.top_k\"=[8, 16]}"});
  ASSERT_THAT(plan_.runs, SizeIs(2));
  EXPECT_EQ(TitleOf(plan_.runs[0]), "p 8 seed 0");
  EXPECT_EQ(TitleOf(plan_.runs[1]), "p 16 seed 0");
  EXPECT_NE(plan_.runs[0].directory.parent_path(), plan_.runs[1].directory.parent_path());
}

TEST_F(PlanOfRunsTest, SearchesWithoutAnyResultAreForgotten) {
  Make({"grid={\"optimizer.top_k\"=[8, 16]}"});
  TakeOutcome(plan_.runs[1], {{Metric("valid_accuracy")}, {}});
  plan_.ForgetEmptyResults();
  ASSERT_THAT(plan_.results, SizeIs(1));
  EXPECT_EQ(plan_.results[0].search, &searches_[1]);
}

TEST_F(PlanOfRunsTest, MetricsThatTheRewardUsesMustBeStored) {
  Make({"reward.limits=[{metric=\"params\", max=5}]"});
  RequireMetrics(plan_.runs[0], {Metric("valid_accuracy"), Metric("params")});
  EXPECT_THAT(
      Failure<HostError>([&] { RequireMetrics(plan_.runs[0], {Metric("valid_accuracy")}); }),
      EndsWith("out/seed-0/run.db: has no metric 'params', which pipeline.toml names"));
}

TEST_F(PlanOfRunsTest, RunsThatHaveNotBegunHaveNotEnded) {
  Make({});
  CheckChanges(plan_, {});
  EXPECT_FALSE(EndedRun(plan_.runs[0]));
  plan_.runs[0].exists = true;  // without a result
  EXPECT_FALSE(EndedRun(plan_.runs[0]));
}

// After a kill, the runs that had not begun are found in the plan, with their places and seeds.
TEST_F(PlanOfRunsTest, IsPublishedWithoutTheRunsThatExist) {
  Make({"pipeline.seeds=3", "grid={\"optimizer.top_k\"=[8, 16]}"});
  plan_.runs[1].exists = true;
  const fs::path out = dir_.path() / "out";
  fs::create_directories(out);
  PublishPlan(plan_, out);
  const RunPlan kept = ReadPlan(out);
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_THAT(kept[0].seeds, ElementsAre(0, 2));
  EXPECT_THAT(kept[1].seeds, ElementsAre(0, 1, 2));
  EXPECT_EQ(kept[1].directory, plan_.runs[3].directory.parent_path().lexically_relative(out));
  EXPECT_EQ(kept[1].point, searches_[1].point);
}

TEST_F(PlanOfRunsTest, RunsElsewhereAreNotPublished) {
  Make({});
  const fs::path other = dir_.path() / "other";
  fs::create_directories(other);
  PublishPlan(plan_, other);
  EXPECT_THAT(ReadPlan(other), IsEmpty());
}

}  // namespace
}  // namespace lode::core
