// Whose code runs: that of plugins chosen by the user or the machine's owner, not that of plugins
// named by a file from elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

constexpr uid_t kStranger = 54321;

class TrustTest : public testing::Test {
 protected:
  void SetUp() override {
    lode_.SetEnvironment("LODE_TEST_MARK", In("mark"));
    fs::copy_file(fs::path(LODE_BINARY_DIR) / "tests/plugins/marks.lode.so", In("marks.lode.so"));
    Write("search.toml", R"([pipeline]
name = "search"
seeds = 2
[space]
use = "nb201"
[oracle]
use = "marks"
factor = 2
[reward]
metric = "score"
transform = "identity"
[optimizer]
use = "random"
[budget]
steps = 30
[plugins]
paths = ["marks.lode.so"]
)");
  }

  std::string In(const std::string& name) const { return (dir_.path() / name).string(); }
  void Write(const std::string& name, const std::string& text) const { dir_.Write(name, text); }

  // Runs lode as if the plugin had never been seen.
  Outcome Lode(const std::vector<std::string>& arguments) const {
    fs::remove(In("mark"));
    fs::remove_all(In("cache"));
    return lode_.Run(arguments);
  }
  bool Marked() const { return fs::exists(In("mark")); }

  // Gives a directory and its contents to another user.
  static void GiveAway(const fs::path& directory) {
    ASSERT_EQ(chown(directory.c_str(), kStranger, 0), 0);
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      ASSERT_EQ(chown(entry.path().c_str(), kStranger, 0), 0);
    }
  }

  const TemporaryDirectory dir_;
  Program lode_{dir_.path()};
};

TEST_F(TrustTest, RunLoadsThePluginsOfItsFile) {
  EXPECT_EQ(Lode({"run", In("search.toml"), "--out", In("runs")}).status, 0);
  EXPECT_TRUE(Marked());
}

TEST_F(TrustTest, ValidateLoadsThemIfAllowedAndSaysWhatItHasNotChecked) {
  const Outcome outcome = Lode({"validate", In("search.toml")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_FALSE(Marked());
  EXPECT_THAT(outcome.err, HasSubstr("search.toml: not checked: oracle 'marks'"));
  EXPECT_THAT(outcome.out, HasSubstr("searches: 1, runs: 2"));
  const Outcome allowed = Lode({"validate", In("search.toml"), "--allow-plugins"});
  EXPECT_EQ(allowed.status, 0);
  EXPECT_EQ(allowed.err, "");
  EXPECT_TRUE(Marked());
  const Outcome named = Lode({"--plugin", In("marks.lode.so"), "validate", In("search.toml")});
  EXPECT_EQ(named.status, 0);
  EXPECT_EQ(named.err, "");
}

TEST_F(TrustTest, ValidateChecksTheRestWithoutThem) {
  const Outcome outcome = Lode({"validate", In("search.toml"), "--set", "budget.stepz=3", "--set",
                                "optimizer.x=1", "--set", "reward.scale=\"x\""});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(Lines(outcome.err).size(), 3u) << outcome.err;
  EXPECT_FALSE(Marked());
}

TEST_F(TrustTest, CompletionLoadsNone) {
  EXPECT_EQ(Lode({"complete", "--", "run", In("search.toml"), "--set", "oracle."}).status, 0);
  EXPECT_FALSE(Marked());
}

TEST_F(TrustTest, ShowNeedsNoPlugin) {
  const Outcome run = Lode({"run", In("search.toml"), "--out", In("runs")});
  ASSERT_EQ(run.status, 0);
  const Outcome shown = Lode({"show", In("runs")});
  EXPECT_FALSE(Marked());
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(run.out, StartsWith(shown.out + "kept in " + In("runs") + "\nbest: "));
  const std::string json = Lode({"show", In("runs"), "--json"}).out;
  fs::remove(In("marks.lode.so"));
  fs::remove_all(In("runs/seed-1/result.json"));
  EXPECT_EQ(Lode({"show", In("runs")}).status, 0);
  lode_.SetEnvironment("LODE_PLUGIN_PATH", "/nowhere");
  EXPECT_THAT(Lode({"show", In("runs/seed-0"), "--json"}).out, HasSubstr("\"score\""));
}

TEST_F(TrustTest, ShowOfStagesNeedsNoPlugin) {
  Write("stages.toml", R"([pipeline]
name = "stages"
[space]
use = "nb201"
[oracle]
use = "marks"
[reward]
metric = "score"
transform = "identity"
[budget]
steps = 10
[plugins]
paths = ["marks.lode.so"]
[[stage]]
name = "first"
[stage.optimizer]
use = "random"
[[stage]]
name = "second"
[stage.optimizer]
use = "random"
[stage.grid]
"oracle.factor" = [1, 3]
)");
  const Outcome run = Lode({"run", In("stages.toml"), "--out", In("runs")});
  ASSERT_EQ(run.status, 0) << run.err;
  fs::remove(In("marks.lode.so"));
  const Outcome shown = Lode({"show", In("runs")});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_FALSE(Marked());
  EXPECT_THAT(shown.out, HasSubstr("stage second: finished"));
}

TEST_F(TrustTest, ResumeLoadsThemFromTheUsersOwnDirectory) {
  ASSERT_EQ(Lode({"run", In("search.toml"), "--out", In("runs")}).status, 0);
  EXPECT_EQ(Lode({"resume", In("runs"), "--extend", "steps=40"}).status, 0);
  EXPECT_TRUE(Marked());
}

TEST_F(TrustTest, ResumeLoadsThemFromAnotherUsersDirectoryIfAllowed) {
  if (geteuid() != 0) { GTEST_SKIP() << "only root can give files away"; }
  ASSERT_EQ(Lode({"run", In("search.toml"), "--out", In("runs")}).status, 0);
  GiveAway(In("runs"));
  const std::vector<std::string> resume{"resume", In("runs"), "--extend", "steps=40"};
  const Outcome refused = Lode(resume);
  EXPECT_EQ(refused.status, 2);
  EXPECT_FALSE(Marked());
  EXPECT_THAT(refused.err, HasSubstr("there is no oracle 'marks' without them: --allow-plugins"));
  std::vector<std::string> allowed = resume;
  allowed.push_back("--allow-plugins");
  EXPECT_EQ(Lode(allowed).status, 0);
  EXPECT_TRUE(Marked());
}

// A single file of another user is enough, and worker processes do not bypass the check.
TEST_F(TrustTest, WorkersLoadNoMoreThanTheirHost) {
  if (geteuid() != 0) { GTEST_SKIP() << "only root can give files away"; }
  std::vector<std::string> run{"run", In("search.toml"), "--out", In("runs")};
  AppendSettings(run, {"oracle={use=\"nb201.table\"}", "reward={metric=\"valid_accuracy\"}",
                       "execution.isolate=true"});
  ASSERT_EQ(Lode(run).status, 0);
  ASSERT_EQ(chown(In("runs/seed-1/pipeline.toml").c_str(), kStranger, 0), 0);
  const Outcome outcome = Lode({"resume", In("runs"), "--extend", "steps=40"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_FALSE(Marked());
}

// ---- validate reads what run reads

class ValidateTest : public TrustTest {
 protected:
  std::string Pipeline(const std::string& oracle, const std::string& rest) const {
    Write("other.toml", "[pipeline]\nname = \"other\"\n[space]\nuse = \"nb201\"\n" + oracle +
                            "[budget]\nsteps = 3\n" + rest);
    return In("other.toml");
  }

  // Returns the message of both commands, which must be the same.
  std::string Refusal(const std::string& file) const {
    const Outcome ran = Lode({"run", file});
    const Outcome validated = Lode({"validate", file});
    EXPECT_EQ(ran.status, 2) << ran.out;
    EXPECT_EQ(validated.status, 2) << validated.out;
    EXPECT_EQ(validated.err, ran.err);
    return validated.err;
  }
};

TEST_F(ValidateTest, FindsErrorsInInputFiles) {
  Write("results.csv",
        "architecture,score\n|none~0|+|none~0|none~1|+|none~0|none~1|none~2|,1\nbroken,2\n");
  EXPECT_THAT(Refusal(Pipeline("[oracle]\nuse = \"table\"\nfile = \"results.csv\"\nmaximize = "
                               "[\"score\"]\n[reward]\nmetric = \"score\"\n",
                               "[optimizer]\nuse = \"random\"\n")),
              HasSubstr("results.csv:3"));
}

TEST_F(ValidateTest, FindsErrorsInATableThatAPluginReads) {
  Write("table.tsv", "this is not the benchmark\n");
  EXPECT_THAT(Refusal(Pipeline("[oracle]\nuse = \"nb201.table\"\ntable = \"table.tsv\"\n[reward]\n"
                               "metric = \"valid_accuracy\"\n",
                               "[optimizer]\nuse = \"random\"\n")),
              HasSubstr("table.tsv"));
}

TEST_F(ValidateTest, ReadsPolicies) {
  Write("saved", "not a policy");
  EXPECT_THAT(Refusal(Pipeline("[oracle]\nuse = \"nb201.table\"\n[reward]\nmetric = "
                               "\"valid_accuracy\"\n",
                               "[optimizer]\nuse = \"l2nas\"\npolicy = \"saved\"\n")),
              HasSubstr("saved: "));
}

}  // namespace
}  // namespace lode::core
