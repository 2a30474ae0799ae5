// Text, JSON and CSV show the same numbers.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/report/render_csv.h"
#include "core/report/render_json.h"
#include "core/report/render_text.h"
#include "core/report/test_results.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

using nlohmann::json;
using Row = std::map<std::string, std::string>;  // cells by title

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) { lines.push_back(line); }
  return lines;
}

// Returns the cells between the gaps of a line. No text of these tests has a gap.
std::vector<std::string> CellsOf(std::string line, const std::string& gap) {
  std::vector<std::string> cells;
  line += gap;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = line.find(gap, at);
    cells.push_back(line.substr(at, end - at));
    at = end + gap.size();
    while (gap == "  " && at < line.size() && line[at] == ' ') {  // right-aligned
      ++at;
    }
  }
  return cells;
}

Row RowWith(const std::vector<std::string>& titles, const std::vector<std::string>& cells) {
  EXPECT_EQ(titles.size(), cells.size());
  Row row;
  for (std::size_t i = 0; i < std::min(titles.size(), cells.size()); ++i) {
    row[titles[i]] = cells[i];
  }
  return row;
}

class RenderersTest : public testing::Test {
 protected:
  RenderersTest() {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      RunResult run = MakeRun(seed, 0, 0);
      const auto n = static_cast<double>(seed);
      run.steps = 100 + seed;
      run.unique_queries = 80 + seed;
      run.failures = seed;
      run.cost_seconds = 1000 * n;
      run.seconds = 0.25 * n;
      run.best = {"arch" + std::to_string(seed), 40 + seed, 1.25 * n, {88.5 + 1.375 * n, 1e6 + n}};
      run.marks = {{50, BestTrial{"early", 10, 1, {71.25 + 0.125 * n * n, 2e6}}}};
      result_.runs.push_back(run);
    }
  }

  std::vector<Row> TextRows() const {
    const std::vector<std::string> lines = LinesOf(FormatRuns(summary()));
    std::vector<Row> rows;
    for (std::size_t i = 0; i < result_.runs.size(); ++i) {
      const std::string& line = lines.at(2 + i);
      rows.push_back(RowWith(CellsOf(lines.at(1), "  "),
                             CellsOf(line.substr(line.find_first_not_of(' ')), "  ")));
    }
    return rows;
  }

  std::vector<Row> CsvRows() const {
    std::vector<RunRow> all;
    for (const RunResult& run : result_.runs) {
      all.push_back(
          {.search = &search_, .seed = run.seed, .state = &run, .metrics = result_.metrics});
    }
    const std::vector<std::string> lines = LinesOf(FormatCsv(all, false));
    std::vector<Row> rows;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      rows.push_back(RowWith(CellsOf(lines.front(), ","), CellsOf(lines[i], ",")));
    }
    return rows;
  }

  SearchSummary summary() const { return SearchSummary(result_); }
  json Json() const { return ToJson(std::vector{summary()}); }

  const Search search_ = MakeSearch();
  SearchResult result_{&search_, {kAccuracy, kParams}, {}};
};

TEST_F(RenderersTest, EachRunHasTheSameNumbers) {
  const std::vector<Row> text = TextRows(), csv = CsvRows();
  const json runs = Json().at("runs");
  ASSERT_EQ(csv.size(), 3u);
  ASSERT_EQ(runs.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const json& run = runs[i];
    const json& best = run.at("best");
    const auto expect_same = [&](const std::string& title, const std::string& column,
                                 const json& value) {
      EXPECT_EQ(text[i].at(title), value.dump()) << title;
      EXPECT_EQ(csv[i].at(column), value.dump()) << column;
    };
    expect_same("seed", "seed", run.at("seed"));
    expect_same("steps", "steps", run.at("steps"));
    expect_same("unique", "unique_queries", run.at("unique_queries"));
    expect_same("failed", "failures", run.at("failures"));
    expect_same("at step", "best_step", best.at("step"));
    expect_same("params", "params", best.at("metrics").at("params"));
    const double accuracy = best.at("metrics").at("accuracy");
    EXPECT_EQ(std::strtod(csv[i].at("accuracy").c_str(), nullptr), accuracy);
    EXPECT_EQ(text[i].at("accuracy"), FormatMetric(kAccuracy, accuracy));
    EXPECT_EQ(std::strtod(csv[i].at("reward").c_str(), nullptr), best.at("reward"));
    EXPECT_EQ(std::strtod(csv[i].at("simulated_seconds").c_str(), nullptr), run.at("cost_seconds"));
    EXPECT_EQ(std::strtod(text[i].at("simulated s").c_str(), nullptr), run.at("cost_seconds"));
    EXPECT_EQ(text[i].at("best architecture"), best.at("architecture"));
    EXPECT_EQ(csv[i].at("architecture"), best.at("architecture"));
    EXPECT_EQ(csv[i].at("status"), run.at("status"));
    EXPECT_EQ(csv[i].at("oracle.dataset"), run.at("point").at("oracle.dataset"));
  }
}

// The statistics of the numbers that CSV has, computed by Python's statistics: 88.5, 89.875, 91.25,
// and at the mark 71.25, 71.375, 71.75.
TEST_F(RenderersTest, TheSummaryHasTheSameStatistics) {
  const json summary = Json().at("summary");
  EXPECT_DOUBLE_EQ(summary.at("mean"), 89.875);
  EXPECT_DOUBLE_EQ(summary.at("std"), 1.375);
  EXPECT_DOUBLE_EQ(summary.at("marks").at(0).at("mean"), 71.45833333333333);
  EXPECT_DOUBLE_EQ(summary.at("marks").at(0).at("std"), 0.2602082499332666);
  const auto shown = [](const json& s) {
    return FormatStatistic({s.at("count"), s.at("mean"), s.at("std").get<double>()}, 2);
  };
  const std::string text = FormatRuns(this->summary());
  EXPECT_NE(text.find("after 100 steps, 3 seeds: " + shown(summary) + " (mean"), std::string::npos)
      << text;
  EXPECT_NE(text.find("after 50 steps, 3 seeds: " + shown(summary.at("marks").at(0))),
            std::string::npos)
      << text;
  const std::string compared = FormatComparison(std::vector{this->summary()});
  EXPECT_NE(compared.find("100 steps      3  " + shown(summary)), std::string::npos) << compared;
  EXPECT_NE(text.find("\n3 failed\n"), std::string::npos);
  EXPECT_EQ(summary.at("failures"), 3);
}

TEST_F(RenderersTest, AnUnfinishedRunHasTheSameNumbers) {
  const UnfinishedRun run{.search = &search_,
                          .seed = 5,
                          .title = "mine seed 5",
                          .directory = "out/seed-5",
                          .process = 7,
                          .steps = 20,
                          .metrics = {kAccuracy},
                          .best = Best(87.125),
                          .failure_kinds = {{"time-out", 2}},
                          .failures = 2};
  const DirectoryResults directory{.directory = "out", .searches = {}, .unfinished = {run}};
  const std::string text = FormatDirectory(directory);
  EXPECT_NE(text.find("mine seed 5: running (process 7), 20 of 100 steps, 2 failed: time-out (2), "
                      "best accuracy 87.12 at step 7: arch\n"),
            std::string::npos)
      << text;
  const json out = ToJson(std::vector{directory}).at("unfinished").at(0);
  const RunRow row{
      .search = &search_, .seed = 5, .directory = "seed-5", .state = &run, .metrics = run.metrics};
  const std::vector<std::string> lines = LinesOf(FormatCsv({row}, false));
  const Row csv = RowWith(CellsOf(lines.at(0), ","), CellsOf(lines.at(1), ","));
  EXPECT_EQ(csv.at("status"), "running");
  EXPECT_EQ(out.at("process"), 7);
  EXPECT_EQ(csv.at("steps"), out.at("steps").dump());
  EXPECT_EQ(csv.at("failures"), out.at("failures").dump());
  EXPECT_EQ(csv.at("best_step"), out.at("best").at("step").dump());
  EXPECT_EQ(csv.at("accuracy"), out.at("best").at("metrics").at("accuracy").dump());
  EXPECT_EQ(csv.at("unique_queries"), "");
}

// A run that cannot be read has no line, but its grid has columns; names of metrics do not hide
// those of the table.
TEST_F(RenderersTest, CsvHasAColumnForEverything) {
  MetricDeclaration steps = kAccuracy;
  steps.name = "steps";
  const std::vector<MetricDeclaration> metrics{steps};
  const RunResult run = MakeRun(0, 1, 2);
  const std::string csv =
      FormatCsv({{.search = &search_, .stage = "final", .state = &run, .metrics = metrics},
                 {.search = &search_, .seed = 1, .stage = "final"}},
                true);
  const std::vector<std::string> lines = LinesOf(csv);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0],
            "pipeline,space,oracle,optimizer,stage,oracle.dataset,seed,status,steps,"
            "unique_queries,failures,rejections,simulated_seconds,best_step,reward,metric.steps,"
            "architecture,directory");
  EXPECT_EQ(lines[1], "mine,cells,,rea,final,cifar10,0,finished,100,90,0,0,0.0,7,1.0,2.0,arch,");
  EXPECT_EQ(FormatCsv({}, false).substr(0, kCsvBeginning.size()), kCsvBeginning);
}

}  // namespace
}  // namespace lode::core
