// lode report: its numbers are those of the stores and of the other commands, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
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

  static inline TemporaryDirectory* directory_ = nullptr;
  static inline Program* lode_ = nullptr;
};

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

#ifdef LODE_HAS_PAGE
TEST_F(ReportTest, WritesOneFileThatLoadsNothing) {
  const Outcome outcome = lode_->Run({"report", "rea", "random"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("report.html: 2 searches, 6 runs, "));
  std::ifstream in(directory_->path() / "report.html");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr("src=\"http")));
}
#else
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
