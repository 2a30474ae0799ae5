// Compares L2NAS on the real table with the results of an independent implementation (means and
// standard deviations over 100 seeds), and with what the paper's settings imply. Seeds are fixed,
// so the outcome is too; bench/nb201_calibration.py makes the full comparison.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Table1Test : public testing::Test {
 protected:
  json Search(const std::string& seeds, const std::vector<std::string>& overrides) const {
    std::vector<std::string> arguments{"run",
                                       SourceFile("configs/nb201/l2nas.toml").string(),
                                       "--json",
                                       "--seeds",
                                       seeds,
                                       "--out",
                                       (dir_.path() / "runs").string()};
    AppendSettings(arguments, overrides);
    const Outcome outcome = lode_.Run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json::parse(outcome.out);
  }

  // Returns the number of distinct architectures in the second half of each run.
  std::vector<int> LateArchitectures(int runs) const {
    std::vector<int> counts;
    for (int seed = 0; seed < runs; ++seed) {
      const std::string count =
          Select(dir_.path() / "runs" / ("seed-" + std::to_string(seed)),
                 "SELECT count(DISTINCT architecture) FROM trials WHERE step >= 500");
      counts.push_back(std::stoi(count));
    }
    return counts;
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
};

const std::vector<std::string> kCifar100Test = {
    "oracle.dataset=cifar100", "reward.metric=test_accuracy", "reward.allow_test=true"};

std::vector<std::string> With(std::vector<std::string> list, const std::vector<std::string>& more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

void ExpectWithinThreeErrors(const json& ours, double mean, double std) {
  const double count = ours["count"];
  const double our_std = ours["std"];
  const double error = std::sqrt(our_std * our_std / count + std * std / 100);
  EXPECT_NEAR(ours["mean"].get<double>(), mean, 3 * error);
}

TEST_F(Table1Test, RobustPresetMatchesTheIndependentImplementation) {
  const json out = Search("10", kCifar100Test);
  ExpectWithinThreeErrors(out["summary"]["marks"][0], 72.711, 0.62);
  ExpectWithinThreeErrors(out["summary"], 73.138, 0.49);
}

TEST_F(Table1Test, PaperPresetMatchesItTooAndKeepsFindingNewArchitectures) {
  const json out = Search("10", With(kCifar100Test, {"optimizer.preset=paper"}));
  ExpectWithinThreeErrors(out["summary"]["marks"][0], 72.540, 0.59);
  ExpectWithinThreeErrors(out["summary"], 72.915, 0.40);
  for (const int count : LateArchitectures(10)) { EXPECT_GT(count, 400); }
}

// LibTorch's usual initialization with the paper's learning rate: the actor stays where it started,
// and its noise no longer decides any argmax.
TEST_F(Table1Test, UsualInitializationWithThePapersRateCollapses) {
  const json out = Search("4", With(kCifar100Test, {"optimizer.actor_learning_rate=1e-8"}));
  EXPECT_LT(out["summary"]["mean"].get<double>(), 72.3);
  for (const int count : LateArchitectures(4)) { EXPECT_LT(count, 60); }
}

// The rows of table1.toml that NAS-Bench-201's authors published, as far as 20 seeds can tell: the
// published deviation, and two standard errors of our mean.
TEST_F(Table1Test, RowsOfTheAuthorsAreWithinOneDeviationAndTwoStandardErrors) {
  std::vector<std::string> arguments{"run", SourceFile("configs/nb201/table1.toml").string(),
                                     "--json", "--out", (dir_.path() / "table").string()};
  AppendSettings(arguments,
                 {"stage.l2nas.pipeline.seeds=1", "stage.l2nas.budget={steps=10, marks=[5]}",
                  "stage.authors.pipeline.seeds=20", "stage.arch2vec.pipeline.seeds=1",
                  "stage.arch2vec.optimizer.use=random", "stage.arch2vec.grid={}",
                  "stage.arch2vec.budget={steps=1}"});
  const Outcome outcome = lode_.Run(arguments);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json table = json::parse(outcome.out);
  std::size_t figures = 0;
  for (const json& summary : table.at("summaries")) {
    for (const json& figure : summary.value("published", json::array())) {
      const json& published = figure.at("published");
      const double error = figure.at("std").get<double>() / std::sqrt(20);
      EXPECT_NEAR(figure.at("mean").get<double>(), published.at("mean"),
                  published.at("std").get<double>() + 2 * error)
          << summary.at("optimizer") << ' ' << figure.at("metric");
      ++figures;
    }
  }
  EXPECT_EQ(figures, 24u);
}

}  // namespace
}  // namespace lode
