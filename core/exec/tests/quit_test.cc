// Components that answer "cancelled" without a request, or end the program or its threads: this is
// a failure that names them, and never a status of 0.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPipeline = R"([pipeline]
name = "quits"
seeds = 1

[space]
use = "quitter"

[oracle]
use = "quitter"

[reward]
metric = "score"

[[exploration]]
use = "quitter"

[optimizer]
use = "quitter"

[budget]
steps = 6
)";

class QuitTest : public testing::Test {
 protected:
  QuitTest() { std::ofstream(dir_.path() / "quits.toml") << kPipeline; }

  // Runs a search in which one component quits in one of its functions.
  Outcome Run(const std::string& table, const std::string& where, const std::string& how,
              bool isolated = false) const {
    const std::string plugin =
        (fs::path(LODE_BINARY_DIR) / "tests/plugins/quitter.lode.so").string();
    return lode_.Run({"--plugin", plugin, "run", (dir_.path() / "quits.toml").string(), "--set",
                      table + ".where=" + where, "--set", table + ".how=" + how, "--set",
                      std::string("execution.isolate=") + (isolated ? "true" : "false"), "--jobs",
                      "1", "--out", (dir_.path() / ("run" + std::to_string(++runs_))).string()});
  }

  void ExpectFailure(const std::string& table, const std::string& where, const std::string& how,
                     bool isolated = false) const {
    const Outcome outcome = Run(table, where, how, isolated);
    const std::string title = table.substr(0, table.find('.')) + " 'quitter'";
    const std::string said = outcome.out + outcome.err;
    EXPECT_TRUE(outcome.status == 2 || outcome.status == 3)
        << table << " " << where << " " << how << ": " << outcome.status << "\n"
        << said;
    EXPECT_NE(said.find(title), std::string::npos) << where << " " << how << ":\n" << said;
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
  mutable int runs_ = 0;
};

TEST_F(QuitTest, NothingQuitsByDefault) {
  EXPECT_EQ(Run("optimizer", "", "").status, 0);
  EXPECT_EQ(Run("oracle", "", "", true).status, 0);
}

TEST_F(QuitTest, CancelledWithoutRequestIsAFailureOfTheComponent) {
  for (const auto& [table, functions] :
       std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"space", {"create", "matrix", "discretize", "format"}},
           {"oracle", {"create", "metric", "bind", "query", "evaluate", "prepare"}},
           {"exploration.0", {"create", "explore", "perturb"}},
           {"optimizer", {"create", "bind", "ask", "tell", "save"}}}) {
    for (const std::string& function : functions) { ExpectFailure(table, function, "cancelled"); }
  }
}

TEST_F(QuitTest, CancelledWithoutRequestIsAFailureInWorkersToo) {
  for (const char* function : {"create", "bind", "query", "evaluate", "prepare"}) {
    ExpectFailure("oracle", function, "cancelled", true);
  }
}

class EndTest : public QuitTest {
 protected:
  void SetUp() override {
#ifdef LODE_SANITIZED
    GTEST_SKIP() << "the sanitizers have these functions for themselves";
#endif
  }

  static constexpr const char* kWays[] = {"exit",       "exit130",      "_exit", "_Exit",
                                          "quick_exit", "pthread_exit", "thread"};
};

TEST_F(EndTest, EndingTheProgramIsAFailureOfTheComponent) {
  for (const char* how : kWays) {
    ExpectFailure("optimizer", "ask", how);
    ExpectFailure("oracle", "evaluate", how);
    ExpectFailure("space", "discretize", how);
    ExpectFailure("exploration.0", "perturb", how);
  }
  for (const char* function : {"create", "destroy", "bind", "tell", "exhausted", "save"}) {
    ExpectFailure("optimizer", function, "exit");
  }
}

TEST_F(EndTest, EndingTheProgramIsAFailureInWorkersToo) {
  for (const char* how : kWays) { ExpectFailure("oracle", "evaluate", how, true); }
  for (const char* function : {"create", "bind"}) {
    ExpectFailure("oracle", function, "exit", true);
  }
}

TEST_F(EndTest, AProgramThatIsEndedNamesTheComponent) {
  EXPECT_EQ(Run("optimizer", "ask", "_exit").err,
            "lode: optimizer 'quitter': ended the program by _exit(0)\n");
  EXPECT_EQ(Run("oracle", "query", "pthread_exit").err,
            "lode: oracle 'quitter': ended its caller's thread by pthread_exit\n");
}

}  // namespace
}  // namespace lode::core
