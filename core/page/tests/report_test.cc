// lode report: its numbers are those of the stores and of the other commands, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/shell.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAreArray;
using Words = std::vector<std::string>;

constexpr int kSeeds = 3;
constexpr char kHostile[] = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";

// Runs are made once for all tests.
class ReportTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new TemporaryDirectory();
    lode_ = new Program(directory_->path());
    for (const char* optimizer : {"rea", "random"}) {
      const Outcome outcome = lode_->Run({"run", SourceFile("configs/nb201/rea.toml").string(),
                                          "--out", optimizer, "--seeds", std::to_string(kSeeds),
                                          "--set", std::string("optimizer.use=") + optimizer,
                                          "--set", "budget={steps=60,marks=[30]}", "--set",
                                          std::string("pipeline.description=") + kHostile});
      ASSERT_EQ(outcome.status, 0) << outcome.err;
    }
  }
  static void TearDownTestSuite() {
    delete lode_;
    delete directory_;
  }

  static json Data(Words words) {
    words.insert(words.begin(), "report");
    words.insert(words.end(), {"--format", "json", "-o", "-"});
    const Outcome outcome = lode_->Run(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json::parse(outcome.out);
  }

  static std::filesystem::path RunOf(const std::string& search, int seed) {
    return directory_->path() / search / ("seed-" + std::to_string(seed));
  }

  static TemporaryDirectory* directory_;
  static Program* lode_;
};

TemporaryDirectory* ReportTest::directory_ = nullptr;
Program* ReportTest::lode_ = nullptr;

TEST_F(ReportTest, HasTheResultsThatShowPrints) {
  const json shown = json::parse(lode_->Run({"show", "--json", "rea", "random"}).out);
  const json data = Data({"rea", "random"});
  EXPECT_EQ(data.at("results").at("runs"), shown.at("runs"));
  EXPECT_EQ(data.at("results").at("summaries"), shown.at("summaries"));
}

TEST_F(ReportTest, HasTheComparisonThatComparePrints) {
  const json compared = json::parse(lode_->Run({"compare", "--json", "rea", "random"}).out);
  EXPECT_EQ(Data({"rea", "random"}).at("comparison").at("numbers"), compared);
}

// With three seeds, the quartiles are in the middle between neighbors.
TEST_F(ReportTest, HasTheCurvesThatSqlGives) {
  const json data = Data({"rea"});
  const json& band = data.at("searches").at(0).at("curves").at("steps");
  ASSERT_GT(band.at("at").size(), 2u);
  EXPECT_EQ(band.at("seeds"), kSeeds);
  for (std::size_t i = 0; i < band.at("at").size(); ++i) {
    const std::string sql =
        "SELECT printf('%!.17g', max(valid_accuracy)) FROM trials WHERE step < " +
        std::to_string(band.at("at").at(i).get<int>());
    std::vector<double> best;
    best.reserve(kSeeds);
    for (int seed = 0; seed < kSeeds; ++seed) {
      best.push_back(std::stod(Select(RunOf("rea", seed), sql.c_str())));
    }
    std::ranges::sort(best);
    EXPECT_EQ(band.at("median").at(i), best[1]);
    EXPECT_DOUBLE_EQ(band.at("lower").at(i), (best[0] + best[1]) / 2);
    EXPECT_DOUBLE_EQ(band.at("upper").at(i), (best[1] + best[2]) / 2);
  }
}

TEST_F(ReportTest, CountsTheSameTrialsOnEachAxis) {
  const json data = Data({"rea"});
  const json& curves = data.at("searches").at(0).at("curves");
  for (const char* axis : {"steps", "unique_queries", "simulated_seconds", "wall_seconds"}) {
    EXPECT_EQ(curves.at(axis).at("seeds"), kSeeds) << axis;
    EXPECT_LE(curves.at(axis).at("median").back(), curves.at("steps").at("median").back()) << axis;
    const auto at = curves.at(axis).at("at").get<std::vector<double>>();
    EXPECT_TRUE(std::ranges::is_sorted(at)) << axis;
  }
  EXPECT_EQ(curves.at("steps").at("at").back(), 60);
  EXPECT_EQ(data.at("searches").at(0).at("axis"), "steps");
}

// Returns the cells of a cell of NAS-Bench-201: "|none~0|+|none~0|none~1|+...", with the choices of
// its six edges in order.
std::vector<double> CellsOf(std::string cell, const json& operations) {
  std::vector<double> cells;
  std::ranges::replace(cell, '|', ' ');
  std::ranges::replace(cell, '+', ' ');
  std::istringstream edges(cell);
  for (std::string edge; edges >> edge;) {
    for (const json& operation : operations) {
      cells.push_back(edge.substr(0, edge.find('~')) == operation ? 1 : 0);
    }
  }
  return cells;
}

TEST_F(ReportTest, HasTheStateThatSqlGives) {
  const json data = Data({"rea", "--top", "10"});
  const json& state = data.at("searches").at(0).at("trials").at("state");
  const json& operations = state.at("matrices").at(0).at("columns");
  std::vector<double> mean(30);
  const auto best = Lines(Select(RunOf("rea", state.at("seed")),
                                 "SELECT architecture FROM trials GROUP BY architecture ORDER BY "
                                 "max(reward) DESC, min(step) LIMIT 10"));
  ASSERT_EQ(best.size(), 10u);
  for (const std::string& cell : best) {
    const std::vector<double> cells = CellsOf(cell, operations);
    ASSERT_EQ(cells.size(), mean.size());
    for (std::size_t i = 0; i < cells.size(); ++i) { mean[i] += cells[i] / 10; }
  }
  for (std::size_t i = 0; i < mean.size(); ++i) {
    EXPECT_NEAR(state.at("found").at("mean").at(i).get<double>(), mean[i], 1e-12);
    EXPECT_EQ(state.at("found").at("best").at(i), CellsOf(best.front(), operations).at(i));
  }
}

// The best of the table, by another way: the optimum that the run's oracle told.
TEST_F(ReportTest, KnowsTheTruth) {
  const json data = Data({"rea", "--top", "1"});
  const json& search = data.at("searches").at(0);
  const json& truth = search.at("trials").at("state").at("true");
  ASSERT_FALSE(truth.is_null());
  EXPECT_EQ(truth.at("mean"), truth.at("best"));
  const json known = json::parse(lode_->Run({"show", "nb201", "6111", "--json"}).out);
  EXPECT_EQ(known.at("known").at("nb201.table, cifar10").at("valid_accuracy"),
            search.at("optimum"));
  const json operations = search.at("trials").at("state").at("matrices").at(0).at("columns");
  EXPECT_EQ(truth.at("best").get<std::vector<double>>(),
            CellsOf(known.at("architecture"), operations));
}

TEST_F(ReportTest, CountsTheTrialsThatSqlCounts) {
  const json data = Data({"rea"});
  const json& trials = data.at("searches").at(0).at("trials");
  int count = 0;
  std::set<std::string> distinct;
  for (int seed = 0; seed < kSeeds; ++seed) {
    count += std::stoi(Select(RunOf("rea", seed), "SELECT count(*) FROM trials"));
    const auto seen = Lines(Select(RunOf("rea", seed), "SELECT architecture FROM trials"));
    distinct.insert(seen.begin(), seen.end());
  }
  EXPECT_EQ(trials.at("points").at("of"), count);
  EXPECT_EQ(trials.at("histogram").at("of"), distinct.size());
  const auto bins = trials.at("histogram").at("counts").get<std::vector<std::size_t>>();
  EXPECT_EQ(std::accumulate(bins.begin(), bins.end(), std::size_t{0}), distinct.size());
  EXPECT_EQ(trials.at("decisions").size(), 6u);
  EXPECT_EQ(trials.at("importance").at("samples"), distinct.size());
}

// Expects a curve's values at some places to be what SQL gives for each seed, of which the median
// is the middle one. `sql`: with "?" for the place.
void ExpectMedians(const json& band, const std::vector<std::filesystem::path>& runs,
                   const std::string& sql) {
  ASSERT_GT(band.at("at").size(), 2u);
  for (std::size_t i = 0; i < band.at("at").size(); ++i) {
    char place[32];
    std::snprintf(place, sizeof place, "%.17g", band.at("at").at(i).get<double>());
    std::string query = sql;
    query.replace(query.find('?'), 1, place);
    std::vector<double> values;
    for (const std::filesystem::path& run : runs) {
      values.push_back(std::stod(Select(run, query.c_str())));
    }
    std::ranges::sort(values);
    EXPECT_EQ(band.at("median").at(i), values[values.size() / 2]) << query;
  }
}

TEST_F(ReportTest, HasTheCurvesThatSqlGivesOnOtherAxes) {
  const json data = Data({"rea"});
  const json& curves = data.at("searches").at(0).at("curves");
  std::vector<std::filesystem::path> runs;
  for (int seed = 0; seed < kSeeds; ++seed) { runs.push_back(RunOf("rea", seed)); }
  ExpectMedians(curves.at("unique_queries"), runs,
                "SELECT printf('%!.17g', max(valid_accuracy)) FROM (SELECT valid_accuracy, "
                "count(*) OVER (ORDER BY first) AS query FROM (SELECT min(step) AS first, "
                "valid_accuracy FROM trials GROUP BY architecture)) WHERE query <= ?");
  // A trial that began before the budget was spent counts, as for budgets of searches. The store
  // adds costs in another order.
  ExpectMedians(curves.at("simulated_seconds"), runs,
                "SELECT printf('%!.17g', max(valid_accuracy)) FROM trials JOIN (SELECT step, "
                "lag(cost_seconds, 1, 0) OVER (ORDER BY step) AS before FROM curve) USING (step) "
                "WHERE before < ? * (1 - 1e-12)");
}

TEST_F(ReportTest, HasTheBestThatSqlGives) {
  const json data = Data({"rea"});
  for (int seed = 0; seed < kSeeds; ++seed) {
    const std::string best = Select(RunOf("rea", seed), "SELECT architecture FROM best LIMIT 1");
    const json& found = data.at("searches").at(0).at("best");
    const auto at = std::ranges::find_if(found, [&](const json& one) {
      return one.at("architecture").get<std::string>() + "\n" == best;
    });
    ASSERT_NE(at, found.end()) << best;
    EXPECT_THAT(at->at("seeds").get<std::vector<int>>(), Contains(seed));
    for (const char* metric : {"valid_accuracy", "test_accuracy", "params", "mflops"}) {
      const std::string sql =
          std::string("SELECT printf('%!.17g', ").append(metric).append(") FROM best LIMIT 1");
      EXPECT_EQ(at->at("metrics").at(metric), std::stod(Select(RunOf("rea", seed), sql.c_str())));
    }
  }
}

TEST_F(ReportTest, HasTheDistributionThatSqlGives) {
  const json data = Data({"random"});
  const json& histogram = data.at("searches").at(0).at("trials").at("histogram");
  std::map<std::string, double> values;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const auto rows =
        Lines(Select(RunOf("random", seed),
                     "SELECT architecture || ' ' || printf('%!.17g', valid_accuracy) FROM trials"));
    for (const std::string& row : rows) {
      const std::size_t space = row.find(' ');
      values[row.substr(0, space)] = std::stod(row.substr(space));
    }
  }
  const double low = histogram.at("low"), width = histogram.at("width");
  std::vector<std::size_t> counts(histogram.at("counts").size());
  for (const auto& [architecture, value] : values) {
    const auto bin = static_cast<std::size_t>((value - low) / width);
    ++counts[std::min(bin, counts.size() - 1)];
  }
  EXPECT_EQ(histogram.at("counts").get<std::vector<std::size_t>>(), counts);
}

TEST_F(ReportTest, HasTheTimesThatSqlGives) {
  const json time = Data({"rea"}).at("searches").at(0).at("time");
  ASSERT_EQ(time.size(), std::size_t{kSeeds});
  for (int seed = 0; seed < kSeeds; ++seed) {
    const json& one = time.at(static_cast<std::size_t>(seed));
    EXPECT_EQ(one.at("seed"), seed);
    EXPECT_EQ(
        one.at("evaluating"),
        std::stod(Select(RunOf("rea", seed), "SELECT printf('%!.17g', sum(seconds)) FROM timing")));
    EXPECT_EQ(std::to_string(one.at("evaluations").get<int>()) + "\n",
              Select(RunOf("rea", seed), "SELECT count(*) FROM timing"));
  }
}

// A table of a part of the space: evaluating another architecture fails.
TEST_F(ReportTest, HasTheFailuresThatSqlCounts) {
  constexpr char kRows[] =
      "SELECT DISTINCT '\"' || architecture || '\",' || valid_accuracy FROM trials WHERE step % 2";
  std::ofstream(directory_->path() / "few.csv")
      << "architecture,accuracy\n"
      << Select(RunOf("random", 0), kRows) << Select(RunOf("random", 1), kRows);
  const std::string oracle = "oracle={use=\"table\",file=\"few.csv\",maximize=[\"accuracy\"]}";
  const Outcome run =
      lode_->Run({"run", SourceFile("configs/nb201/random.toml").string(), "--out", "failing",
                  "--seeds", "0,1", "--set", oracle, "--set", "reward={metric=\"accuracy\"}",
                  "--set", "execution={max_failures=1000}", "--set", "budget={steps=60}"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json data = Data({"failing"});
  const json& search = data.at("searches").at(0);
  int failed = 0;
  for (const int seed : {0, 1}) {
    failed += std::stoi(Select(RunOf("failing", seed), "SELECT count(*) FROM failures"));
  }
  ASSERT_GT(failed, 0);
  EXPECT_EQ(search.at("failed"), failed);
  int told = 0;
  for (const json& kind : search.at("failures")) { told += kind.at("count").get<int>(); }
  EXPECT_EQ(told, failed);
  EXPECT_EQ(search.at("trials").at("points").at("of"), 120 - failed);
}

TEST_F(ReportTest, HasTheFrontThatSqlGives) {
  const Outcome run = lode_->Run(
      {"run", SourceFile("configs/nb201/rea.toml").string(), "--out", "goals", "--seeds", "1",
       "--set", "optimizer.use=nsga2", "--set",
       "reward={metric=\"valid_accuracy\",goals=[{metric=\"valid_accuracy\"},{metric=\"params\"}]}",
       "--set", "budget={steps=200}"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json data = Data({"goals"});
  const json& front = data.at("searches").at(0).at("trials").at("front");
  std::vector<std::string> drawn;
  for (const json& trial : front.at("trials")) {
    drawn.push_back(trial.at("name").get<std::string>() + " " + trial.at("values").at(1).dump());
  }
  const auto stored = Lines(Select(RunOf("goals", 0),
                                   "SELECT architecture || ' ' || printf('%.1f', params) FROM "
                                   "pareto ORDER BY valid_accuracy DESC, step"));
  EXPECT_THAT(drawn, UnorderedElementsAreArray(stored));
  EXPECT_GT(drawn.size(), 2u);
}

TEST_F(ReportTest, HasTheStagesThatShowPrints) {
  const Outcome run =
      lode_->Run({"run", SourceFile("configs/nb201/stages.toml").string(), "--out", "staged",
                  "--seeds", "2", "--set", "stage.search.budget.steps=30"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json shown = json::parse(lode_->Run({"show", "--json", "staged"}).out);
  const json data = Data({"staged"});
  ASSERT_EQ(data.at("stages").size(), 1u);
  const json& stages = data.at("stages").at(0);
  EXPECT_EQ(stages.at("numbers").at("comparisons"), shown.at("comparisons"));
  EXPECT_EQ(stages.at("numbers").at("stages"), shown.at("stages"));
  const json& row = stages.at("tables").at(0).at("rows").at(0);
  const std::string text = lode_->Run({"report", "staged", "--format", "md", "-o", "-"}).out;
  EXPECT_THAT(text, HasSubstr("## Stages\n"));
  EXPECT_THAT(text, HasSubstr("| " + row.at(2).get<std::string>() + " |"));
}

// As in Figure 3 of L2NAS's paper: a column for each unit, for both widths.
TEST_F(ReportTest, DrawsNetworksOfBothWidths) {
  for (const std::string width : {"1.0", "1.2"}) {
    std::ofstream(directory_->path() / "ofa.toml")
        << "[pipeline]\nname = \"ofa\"\nseeds = 1\n[space]\nuse = \"ofa\"\nwidth = \"" << width
        << "\"\n[oracle]\nuse = \"analytic\"\n[reward]\nmetric = \"macs\"\n[optimizer]\n"
           "use = \"random\"\n[budget]\nsteps = 5\n";
    const Outcome run = lode_->Run({"run", "ofa.toml", "--out", "width-" + width});
    ASSERT_EQ(run.status, 0) << run.err;
  }
  const std::string svg =
      lode_->Run({"report", "OFA=width-1.0", "OFA Large=width-1.2", "--figure", "best", "-o", "-"})
          .out;
  const std::size_t large = svg.find(">OFA Large: macs ");
  ASSERT_LT(svg.find(">OFA: macs "), large);
  ASSERT_NE(large, std::string::npos);
  for (const std::string& network : {svg.substr(0, large), svg.substr(large)}) {
    for (int unit = 1; unit <= 5; ++unit) {
      EXPECT_THAT(network, HasSubstr(">unit " + std::to_string(unit) + "<"));
    }
    EXPECT_THAT(network, HasSubstr(">k3 e1<"));
    EXPECT_THAT(network, HasSubstr(">fixed<"));
  }
}

TEST_F(ReportTest, DrawsTheBest) {
  const json data = Data({"rea"});
  const json& best = data.at("searches").at(0).at("best");
  ASSERT_FALSE(best.empty());
  EXPECT_THAT(best.at(0).at("svg").get<std::string>(), HasSubstr("<svg"));
  EXPECT_EQ(data.at("searches").at(0).at("no_pictures"), "");
}

TEST_F(ReportTest, NamesMethods) {
  const json data = Data({"mine=rea", "random"});
  EXPECT_EQ(data.at("searches").at(0).at("method"), "mine");
  EXPECT_EQ(data.at("searches").at(1).at("method"), "random");
  EXPECT_EQ(data.at("searches").at(0).at("task"), data.at("searches").at(1).at("task"));
}

TEST_F(ReportTest, DrawsSingleFigures) {
  const auto report = [](const char* figure) {
    return lode_->Run({"report", "mine=rea", "random", "--figure", figure, "-o", "-"}).out;
  };
  const std::string state = report("state"), best = report("best");
  EXPECT_THAT(state, HasSubstr("in 60 steps"));
  EXPECT_THAT(state, HasSubstr("true top 64"));
  EXPECT_THAT(best, HasSubstr("mine: valid_accuracy "));
  EXPECT_THAT(best, HasSubstr("</svg>\n</svg>"));
  std::filesystem::create_directory(directory_->path() / "figures");
  std::ofstream(directory_->path() / "figures/state.svg") << state;
  std::ofstream(directory_->path() / "figures/best.svg") << best;
  for (const char* figure : {"state", "best"}) {
    const std::string file = (directory_->path() / "figures" / figure).string() + ".svg";
    EXPECT_EQ(OutputOf("python3 -c 'import sys, xml.dom.minidom; "
                       "xml.dom.minidom.parse(sys.argv[1]); print(\"fine\")' " +
                       file),
              "fine\n");
  }
}

// The space is all that a picture needs: not the oracle's table, which may be elsewhere.
TEST_F(ReportTest, DrawsTheBestWithoutTheOraclesFiles) {
  const std::filesystem::path table = directory_->path() / "table.tsv.gz";
  std::filesystem::copy_file(SourceFile("plugins/spaces/nb201/nb201.tsv.gz"), table);
  const Outcome run = lode_->Run(
      {"run", SourceFile("configs/nb201/any_table.toml").string(), "--out", "tabled", "--seeds",
       "1", "--set", "oracle.table.file=" + table.string(), "--set", "budget={steps=20}"});
  ASSERT_EQ(run.status, 0) << run.err;
  std::filesystem::remove(table);
  const Outcome best = lode_->Run({"report", "tabled", "--figure", "best", "-o", "-"});
  EXPECT_EQ(best.status, 0) << best.err;
  EXPECT_THAT(best.out, HasSubstr("nb201-any-table: valid_accuracy "));
  EXPECT_EQ(Data({"tabled"}).at("searches").at(0).at("no_pictures"), "");
}

TEST_F(ReportTest, RefusesFiguresThatAreNone) {
  const Outcome format = lode_->Run({"report", "rea", "--figure", "state", "--format", "csv"});
  EXPECT_EQ(format.status, 2);
  EXPECT_THAT(format.err, HasSubstr("a figure is drawn as svg, png or pdf, not as csv"));
}

TEST_F(ReportTest, SaysThatTheConverterIsMissing) {
  Program lode(directory_->path());
  lode.SetEnvironment("PATH", "/nonexistent");
  const Outcome png = lode.Run({"report", "rea", "--figure", "best", "-o", "none.png"});
  EXPECT_EQ(png.status, 2);
  EXPECT_THAT(png.err, HasSubstr("rsvg-convert, which is not installed"));
  EXPECT_FALSE(std::filesystem::exists(directory_->path() / "none.png"));
  EXPECT_EQ(lode.Run({"report", "rea", "--figure", "best", "-o", "some.svg"}).status, 0);
}

std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Returns a number of a PNG's header, which begins at `at`.
std::size_t NumberAt(const std::string& png, std::size_t at) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number * 256 + static_cast<unsigned char>(png.at(at + i));
  }
  return number;
}

TEST_F(ReportTest, ConvertsPictures) {
  const auto report = [](const char* file, const char* dots) {
    const Outcome outcome =
        lode_->Run({"report", "rea", "--figure", "state", "-o", file, "--dpi", dots});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return ReadAll(directory_->path() / file);
  };
  const std::string small = report("state.png", "96"), large = report("large.png", "192");
  EXPECT_EQ(small.substr(1, 3), "PNG");
  EXPECT_GT(NumberAt(small, 16), 300u);
  EXPECT_EQ(NumberAt(large, 16), 2 * NumberAt(small, 16));
  EXPECT_EQ(NumberAt(large, 20), 2 * NumberAt(small, 20));
  EXPECT_THAT(report("state.pdf", "96"), StartsWith("%PDF-"));
}

TEST_F(ReportTest, WritesTables) {
  const auto report = [](const char* format) {
    return lode_->Run({"report", "rea", "random", "--format", format, "-o", "-"}).out;
  };
  const std::string compared = lode_->Run({"compare", "rea", "random", "--format", "markdown"}).out;
  EXPECT_THAT(report("md"), HasSubstr(compared));
  EXPECT_THAT(report("tex"), HasSubstr("\\toprule"));
  EXPECT_EQ(Lines(report("csv")).size(), 1u + 2 * kSeeds);
  EXPECT_THAT(report("csv"), StartsWith("pipeline,space,oracle,optimizer,"));
  EXPECT_THAT(report("text"), HasSubstr(lode_->Run({"compare", "rea", "random"}).out));
}

#ifdef LODE_HAS_PAGE
TEST_F(ReportTest, DrawsEachFigure) {
  const Outcome outcome =
      lode_->Run({"report", "mine=rea", "random", "--format", "svg", "-o", "all"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, Not(HasSubstr("not drawn")));
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory_->path() / "all")) {
    files.insert(entry.path().stem().string());
    EXPECT_EQ(OutputOf("python3 -c 'import sys, xml.dom.minidom; "
                       "xml.dom.minidom.parse(sys.argv[1]); print(\"fine\")' " +
                       entry.path().string()),
              "fine\n");
    EXPECT_THAT(ReadAll(entry.path()), Not(HasSubstr("NaN"))) << entry.path();
  }
  std::set<std::string> expected = {"best", "comparison", "curves", "curves-regret",
                                    "curves-log_regret"};
  for (const char* axis : {"unique_queries", "simulated_seconds", "wall_seconds"}) {
    expected.insert(std::string("curves-").append(axis));
  }
  for (const char* figure : {"distribution", "importance", "parallel", "state", "time", "trials"}) {
    for (const char* place : {"-1", "-2"}) { expected.insert(std::string(figure).append(place)); }
  }
  EXPECT_EQ(files, expected);
}

// The texts of a chart, with the texts of others in between.
TEST_F(ReportTest, DrawsChartsThatCanBeRead) {
  const auto draw = [](const char* figure, const char* width) {
    return lode_
        ->Run({"report", "mine=rea", "random", "--figure", figure, "--width", width, "-o", "-"})
        .out;
  };
  const std::string curves = draw("curves-unique_queries-log_regret", "600");
  EXPECT_THAT(curves, HasSubstr("width=\"600\""));
  for (const char* text : {">mine<", ">random<", ">unique queries<",
                           ">distance of valid_accuracy from the optimum<"}) {
    EXPECT_THAT(curves, HasSubstr(text));
  }
  EXPECT_THAT(draw("distribution-2", "300"), HasSubstr("<desc>The "));
  EXPECT_EQ(draw("importance", "400"), draw("importance-1", "400"));
}

// The heights of bars are in the proportions of the counts behind them.
TEST_F(ReportTest, DrawsTheNumbers) {
  const json histogram = Data({"rea"}).at("searches").at(0).at("trials").at("histogram");
  const auto counts = histogram.at("counts").get<std::vector<double>>();
  const std::string svg = lode_->Run({"report", "rea", "--figure", "distribution", "-o", "-"}).out;
  std::vector<double> heights;
  const std::regex bar("<path d=\"M[^l]*l[0-9.]+ 0l0 (-?[0-9.]+)l[^Z]*Z\" fill=\"#0072b2\"");
  for (std::sregex_iterator i(svg.begin(), svg.end(), bar), end; i != end; ++i) {
    heights.push_back(-std::stod((*i)[1]));
  }
  ASSERT_EQ(heights.size(), counts.size());
  const double scale = std::ranges::max(heights) / std::ranges::max(counts);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    EXPECT_NEAR(heights[i], scale * counts[i], 0.2) << i;
  }
}

TEST_F(ReportTest, NamesTheFiguresThatThereAre) {
  const Outcome outcome = lode_->Run({"report", "rea", "--figure", "curvs"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("there is no figure 'curvs'; there is curves, "));
  EXPECT_THAT(outcome.err, HasSubstr("best; did you mean 'curves'?"));
}

TEST_F(ReportTest, WritesOneFileThatLoadsNothing) {
  const Outcome outcome = lode_->Run({"report", "rea", "random"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("report.html: 2 searches, 6 runs, "));
  std::ifstream in(directory_->path() / "report.html");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<img src=x")));
  const std::string icon = "<link rel=\"icon\" href=\"data:,\">";  // so browsers ask for none
  const std::size_t at = page.find(icon);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(page.find("<link"), at);
  EXPECT_EQ(page.find("<link", at + 1), std::string::npos);
  EXPECT_THAT(page, Not(HasSubstr("src=\"http")));
}
#else
TEST_F(ReportTest, SaysThatChartsAreMissing) {
  const Outcome outcome = lode_->Run({"report", "rea", "--figure", "curves"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("this build has no charts"));
}

TEST_F(ReportTest, SaysThatThePageIsMissing) {
  const Outcome outcome = lode_->Run({"report", "rea"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("this build has no page for reports"));
}
#endif

TEST_F(ReportTest, RefusesWhatHasNoEndedRun) {
  const Outcome outcome = lode_->Run({"report", "."});
  EXPECT_EQ(outcome.status, 0) << outcome.err;  // the directory of both searches
  EXPECT_EQ(lode_->Run({"report", "elsewhere"}).status, 2);
}

}  // namespace
}  // namespace lode::core
