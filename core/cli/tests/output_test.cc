// Printed output arrives, or the exit status says that it did not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class OutputTest : public testing::Test {
 protected:
  std::vector<std::string> Search(const std::string& out) const {
    return {"run",     SourceFile("configs/nb201/random.toml").string(),
            "--seeds", "1",
            "--set",   "budget={steps=3}",
            "--out",   (directory_.path() / out).string()};
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(OutputTest, AFullDeviceIsNoticedByEveryCommand) {
  ASSERT_EQ(lode_.Run(Search("made")).status, 0);
  const std::string made = (directory_.path() / "made").string();
  const std::string pipeline = SourceFile("configs/nb201/random.toml").string();
  const std::string cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
  std::vector<std::string> json = Search("json");
  json.emplace_back("--json");
  const std::vector<std::vector<std::string>> commands = {
      {"--help"},
      {"--version"},
      {"run", "--help"},
      Search("text"),
      json,
      {"resume", made},
      {"validate", pipeline},
      {"validate", "--print", pipeline},
      {"plugins"},
      {"plugins", "--json"},
      {"describe", "pipeline"},
      {"describe", "random", "--json"},
      {"describe", "random", "--markdown"},
      {"describe", "--schema"},
      {"show", made},
      {"show", made, "--json"},
      {"show", "nb201", cell},
      {"show", "nb201", cell, "--json"},
      {"show", "nb201", cell, "--dot"},
      {"check", made},
      {"check", made, "--json"},
      {"verify", "--rules"},
      {"verify", LODE_BINARY_DIR "/lib/lode/plugins/random.lode.so"},
      {"verify", LODE_BINARY_DIR "/lib/lode/plugins/random.lode.so", "--json"},
      {"completion", "bash"},
      {"complete", "--", "sh"},
      {"man"},
  };
  Program full(directory_.path());
  full.SendOutputTo("/dev/full");
  for (const std::vector<std::string>& command : commands) {
    const Outcome outcome = full.Run(command);
    const std::string name = testing::PrintToString(command);
    EXPECT_EQ(outcome.status, 3) << name;
    EXPECT_THAT(outcome.err, HasSubstr("lode: standard output: No space left on device\n")) << name;
  }
  // The search is still kept.
  EXPECT_EQ(lode_.Run({"show", (directory_.path() / "text").string()}).status, 0);
}

// A more specific exit status is kept.
TEST_F(OutputTest, AFullDeviceHidesNoOtherFailure) {
  Program full(directory_.path());
  full.SendOutputTo("/dev/full");
  const std::string broken = LODE_BINARY_DIR "/tests/plugins/nan_oracle.lode.so";
  EXPECT_EQ(full.Run({"verify", broken}).status, lode_.Run({"verify", broken}).status);
  EXPECT_EQ(full.Run({"show", directory_.path().string()}).status, 2);
}

// No file that a run opens gets the number of a closed stream.
TEST_F(OutputTest, AClosedOutputIsAnErrorAndNotAFileOfTheRun) {
  const std::string program = std::string(LODE_BINARY_DIR) + "/bin/lode";
  std::string command = "cd " + directory_.path().string() + " && XDG_CACHE_HOME=. " + program;
  for (const std::string& word : Search("closed")) { command += " '" + word + "'"; }
  const int status = std::system((command + " <&- >&- 2> err").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 3);
  const fs::path run = directory_.path() / "closed/seed-0";
  EXPECT_EQ(Select(run, "SELECT count(*) FROM trial"), "3\n");
  std::ifstream err(directory_.path() / "err");
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(err), {}),
              HasSubstr("lode: standard output: Bad file descriptor"));
  EXPECT_EQ(lode_.Run({"check", run.string()}).status, 0);
}

}  // namespace
}  // namespace lode::cli
