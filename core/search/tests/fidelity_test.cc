// Searches whose optimizer chooses fidelities, on the table of NAS-Bench-201.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class FidelityTest : public testing::Test {
 protected:
  std::vector<std::string> Run(const std::string& out,
                               const std::vector<std::string>& settings = {}) const {
    const fs::path file = directory_.path() / "search.toml";
    std::ofstream(file) << R"([pipeline]
name = "fidelities"
[space]
use = "nb201"
[[oracle]]
use = "nb201.table"
[reward]
metric = "valid_accuracy"
[optimizer]
use = "ladder"
[budget]
full_evaluations = 20
)";
    std::vector<std::string> arguments = {"run", file.string(), "--out",
                                          (directory_.path() / out).string()};
    AppendSettings(arguments, settings);
    return arguments;
  }
  fs::path RunIn(const std::string& out) const { return directory_.path() / out / "seed-0"; }

  const TemporaryDirectory directory_;
  const Program lode_ = WithTestPlugins(directory_.path());
};

TEST_F(FidelityTest, TheBudgetAddsThemUpAndTheBestIsAtTheHighest) {
  std::vector<std::string> arguments = Run("out");
  arguments.erase(arguments.begin());  // RunJson adds it
  const nlohmann::json shown = RunJson(lode_, arguments);
  EXPECT_EQ(shown["summary"]["budget"]["full_evaluations"], 20);
  const nlohmann::json& result = shown["runs"][0];
  EXPECT_GE(result["full_evaluations"], 20 - 1e-6);
  EXPECT_LT(result["full_evaluations"], 21);
  const fs::path run = RunIn("out");
  EXPECT_EQ(Select(run, "SELECT DISTINCT fidelity FROM trials ORDER BY 1"), "0.06\n1.0\n");
  EXPECT_EQ(Select(run,
                   "SELECT count(*) = (SELECT count(*) FROM trials WHERE fidelity = 1 AND NOT "
                   "reused) OR count(*) = 10, min(fidelity) FROM best"),
            "1|1.0\n");
  EXPECT_EQ(Select(run, "SELECT max(best_reward) = (SELECT reward FROM best LIMIT 1) FROM curve"),
            "1\n");
}

// 12 of 200 epochs, and an evaluation of the trained network.
TEST_F(FidelityTest, AnEvaluationAtAFractionCostsLess) {
  ASSERT_EQ(lode_.Run(Run("out", {"budget={steps=60}"})).status, 0);
  EXPECT_EQ(Select(RunIn("out"),
                   "SELECT count(*) > 0, min(low.cost_seconds / full.cost_seconds) > 0.055, "
                   "max(low.cost_seconds / full.cost_seconds) < 0.07 FROM evaluation AS low JOIN "
                   "evaluation AS full USING (architecture) WHERE low.fidelity = 0.06 AND "
                   "full.fidelity = 1"),
            "1|1|1\n");
}

TEST_F(FidelityTest, SummariesSayWhatTheBestWasMeasuredAt) {
  const Outcome few = lode_.Run(Run("few", {"budget={steps=3}"}));
  ASSERT_EQ(few.status, 0) << few.err;
  EXPECT_THAT(few.out, HasSubstr("at fidelity"));
  const nlohmann::json best = nlohmann::json::parse(
      lode_.Run({"show", (directory_.path() / "few").string(), "--json"}).out)["runs"][0]["best"];
  EXPECT_EQ(best["fidelity"], 0.06);
  EXPECT_EQ(Select(RunIn("few"), "SELECT min(fidelity), max(fidelity) FROM best"), "0.06|0.06\n");
}

// With as many proposals at once.
TEST_F(FidelityTest, TheTrialsAreTheSameWhereverTheyAreMade) {
  const Outcome here = lode_.Run(Run("here", {"execution.workers=3"}));
  ASSERT_EQ(here.status, 0) << here.err;
  ASSERT_EQ(lode_.Run(Run("apart", {"execution.workers=3", "execution.isolate=\"all\""})).status,
            0);
  EXPECT_EQ(Dump(RunIn("here")), Dump(RunIn("apart")));
}

TEST_F(FidelityTest, AnExtendedRunEqualsALongOne) {
  ASSERT_EQ(lode_.Run(Run("long", {"budget={full_evaluations=30}"})).status, 0);
  ASSERT_EQ(lode_.Run(Run("short")).status, 0);
  const Outcome extended = lode_.Run(
      {"resume", (directory_.path() / "short").string(), "--extend", "full_evaluations=30"});
  ASSERT_EQ(extended.status, 0) << extended.err;
  EXPECT_EQ(Dump(RunIn("short")), Dump(RunIn("long")));
}

TEST_F(FidelityTest, AFidelityThatTheOracleDoesNotServeIsRefusedBeforeTheRun) {
  const Outcome outcome =
      lode_.Run(Run("out", {"oracle.0.epochs=12", "optimizer.lowest=0.06", "budget={steps=9}"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("optimizer 'ladder': no evaluation has the fidelity of 'lowest', 0.06"));
  EXPECT_FALSE(fs::exists(RunIn("out") / "run.db"));
}

// Such a store is like any other.
TEST_F(FidelityTest, WithoutFidelitiesTheStoreKeepsItsFormat) {
  ASSERT_EQ(lode_.Run(Run("out", {"oracle.0.epochs=12", "budget={steps=9}"})).status, 0);
  EXPECT_EQ(Select(RunIn("out"), "SELECT value FROM meta WHERE key = 'format'"), "4\n");
  EXPECT_EQ(Select(RunIn("out"),
                   "SELECT count(*) FROM pragma_table_info('trials') WHERE name = 'fidelity'"),
            "0\n");
}

}  // namespace
}  // namespace lode::core
