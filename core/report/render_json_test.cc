#include "core/report/render_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/report/test_results.h"
#include "core/store/result_json.h"

namespace lode::core {
namespace {

using nlohmann::json;

class RenderJsonTest : public testing::Test {
 protected:
  static json Json(const std::vector<SearchResult>& results) { return ToJson(Summarize(results)); }

  const Search search_ = MakeSearch();
  SearchResult result_{&search_, {kAccuracy}, {MakeRun(0, 88, 90), MakeRun(1, 90, 94)}};
};

TEST_F(RenderJsonTest, ARunWithoutABestHasNull) {
  result_.runs.push_back(Failed(2));
  EXPECT_TRUE(Json({result_})["runs"][2]["best"].is_null());
}

TEST_F(RenderJsonTest, SeedsThatEndedEarlyHaveNumbersOfTheirOwn) {
  RunResult interrupted = MakeRun(2, 70, 70);  // past the mark
  interrupted.steps = 60;
  interrupted.ending = Ending::kInterrupted;
  result_.runs.insert(result_.runs.end(), {interrupted, Exhausted(3, 13, 10)});
  const json summary = Json({result_})["summary"];
  EXPECT_EQ(summary["reached"], 2);
  EXPECT_EQ(summary["runs"], 4);
  EXPECT_EQ(summary["mean"], 92);
  EXPECT_EQ(summary["marks"][0]["reached"], 3);
  EXPECT_EQ(summary["ended_early"]["least"], 13);
  EXPECT_EQ(summary["ended_early"]["most"], 60);
  EXPECT_TRUE(summary["ended_early"]["mean"].is_null());
}

TEST_F(RenderJsonTest, AMarkThatNoSeedReachedIsNotReported) {
  Search search = MakeSearch();
  search.pipeline.budget.steps.reset();
  search.pipeline.budget.unique_queries = 100;
  const json summary =
      Json({{&search, {kAccuracy}, {Exhausted(0, 4, 80), Exhausted(1, 4, 82)}}})["summary"];
  EXPECT_TRUE(summary["marks"].empty());
  EXPECT_TRUE(summary["mean"].is_null());
  EXPECT_EQ(summary["ended_early"]["mean"], 81);
}

TEST_F(RenderJsonTest, FailuresAreGroupedByReason) {
  result_.runs[0].failures = 5;
  result_.runs[0].failure_kinds = {{"CUDA out of memory", 5}};
  result_.runs[1].failures = 3;
  result_.runs[1].failure_kinds = {{"CUDA out of memory", 2}, {"time-out", 1}};
  const json out = Json({result_});
  EXPECT_EQ(out["runs"][1]["failure_reasons"][0]["reason"], "CUDA out of memory");
  EXPECT_EQ(out["summary"]["failure_reasons"][0]["count"], 7);
  const RunResult back = ResultFromJson(out["runs"][1].dump(), {kAccuracy}, "result.json");
  EXPECT_EQ(back.failure_kinds.at(1).reason, "time-out");
}

TEST_F(RenderJsonTest, FormulasAreNotQueries) {
  for (RunResult& run : result_.runs) { run.computed = true; }
  const json out = Json({result_});
  EXPECT_EQ(out["runs"][0]["unique_queries"], 0);
  EXPECT_EQ(out["runs"][0]["distinct_architectures"], 90);
  EXPECT_EQ(ResultFromJson(out["runs"][0].dump(), {kAccuracy}, "").unique_queries, 90u);
}

TEST_F(RenderJsonTest, TiesAndOptimumAreShown) {
  result_.runs[0].best->ties = 3;
  result_.metrics[0].optimum = 94.5;
  EXPECT_EQ(Json({result_})["runs"][0]["best"]["ties"], 3);
  EXPECT_EQ(Json({result_})["summary"]["optimum"], 94.5);
}

TEST_F(RenderJsonTest, JsonHasTheDocumentedShape) {
  const json out = Json({result_});
  const json& run = out["runs"][0];
  EXPECT_EQ(run["seed"], 0);
  EXPECT_EQ(run["steps"], 100);
  EXPECT_EQ(run["unique_queries"], 90);
  EXPECT_EQ(run["best"]["architecture"], "arch");
  EXPECT_EQ(run["best"]["step"], 7);
  EXPECT_EQ(run["best"]["metrics"]["accuracy"], 90);
  EXPECT_EQ(out["summary"]["metric"], "accuracy");
  EXPECT_EQ(out["summary"]["mean"], 92);
  EXPECT_EQ(out["summary"]["split"], "test");
  EXPECT_EQ(out["summary"]["budget"]["steps"], 100);
  EXPECT_EQ(out["summary"]["marks"][0]["mean"], 89);
  EXPECT_FALSE(Json({result_, result_}).contains("summary"));
  EXPECT_EQ(Json({result_, result_})["summaries"].size(), 2u);
}

// Of all directories together; without stages there is no mention of them.
TEST_F(RenderJsonTest, DirectoriesAreJoined) {
  DirectoryResults plain{.directory = "a", .searches = {SearchSummary(result_)}};
  const json alone = ToJson(std::vector{plain});
  EXPECT_EQ(alone["summary"]["mean"], 92);
  EXPECT_EQ(alone["unfinished"], json::array());
  EXPECT_FALSE(alone.contains("stages") || alone.contains("damages"));
  DirectoryResults staged = plain;
  staged.stages = {{.name = "search", .directory = "b/search"}};
  staged.damages = {"b/final: is broken"};
  staged.unfinished = {{.search = &search_, .seed = 4, .steps = 20}};
  const json both = ToJson(std::vector{plain, staged, staged});
  EXPECT_EQ(both["runs"].size(), 6u);
  EXPECT_EQ(both["summaries"].size(), 3u);
  EXPECT_EQ(both["stages"].size(), 2u);
  EXPECT_EQ(both["stages"][0]["name"], "search");
  EXPECT_EQ(both["comparisons"], json::array());
  EXPECT_EQ(both["damages"][1], "b/final: is broken");
  EXPECT_EQ(both["unfinished"][1]["seed"], 4);
}

}  // namespace
}  // namespace lode::core
