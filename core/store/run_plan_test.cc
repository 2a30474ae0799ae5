#include "core/store/run_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/plugin/error.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using Seeds = std::vector<std::uint64_t>;

TEST(RunPlanTest, KeepsEarlierPlans) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(ReadPlan(directory.path()).empty());
  AddToPlan(directory.path(), {{"x=1", {{"x", "1"}}, "first", {0, 1}}, {"", {}, "other", {7}}});
  AddToPlan(directory.path(), {{"x=1", {{"x", "1"}}, "second", {1, 2}}, {"x=2", {}, "new", {0}}});
  const RunPlan plan = ReadPlan(directory.path());
  ASSERT_EQ(plan.size(), 3u);
  EXPECT_EQ(plan[0].directory, "x=1");
  EXPECT_EQ(plan[0].pipeline, "second");
  EXPECT_EQ(plan[0].seeds, (Seeds{0, 1, 2}));
  EXPECT_EQ(plan[0].point.at(0).second, "1");
  EXPECT_EQ(plan[1].seeds, Seeds{7});
  EXPECT_EQ(plan[2].pipeline, "new");
}

TEST(RunPlanTest, RemovesTheSearchesOfOnePipeline) {
  const TemporaryDirectory directory;
  const PlannedSearch single{"", {}, "single", {0}}, point{"x=1", {{"x", "1"}}, "point", {0}},
      other{"other", {}, "other", {0}}, others_point{"other/x=1", {{"x", "1"}}, "other", {0}};
  AddToPlan(directory.path(), {single, point, other, others_point});
  RemoveFromPlan(directory.path(), "");
  RunPlan left = ReadPlan(directory.path());
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].directory, "other");
  RemoveFromPlan(directory.path(), "other");
  EXPECT_TRUE(ReadPlan(directory.path()).empty());
}

TEST(RunPlanTest, ReportsABrokenPlan) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() / kPlanFile) << "{\"searches\": [1]}";
  EXPECT_THROW(ReadPlan(directory.path()), HostError);
}

TEST(RunPlanTest, RefusesAPlanThatNestsTooDeeply) {
  constexpr std::size_t kDepth = 200000;
  const TemporaryDirectory directory;
  std::ofstream(directory.path() / kPlanFile)
      << R"({"checksum": "", "searches": )" << std::string(kDepth, '[') << std::string(kDepth, ']')
      << "}";
  EXPECT_THAT([&] { ReadPlan(directory.path()); },
              ThrowsMessage<HostError>(HasSubstr("plan.json: nests more than 64 deep")));
}

}  // namespace
}  // namespace lode::core
