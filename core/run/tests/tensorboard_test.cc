// [record] tensorboard = true: runs that are whole, killed, resumed and extended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/report/convert_svg.h"
#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

namespace fs = std::filesystem;

class TensorBoardTest : public testing::Test {
 protected:
  using Numbers = std::vector<std::pair<std::uint64_t, float>>;  // of steps

  static std::vector<std::string> Words(const std::string& out, std::vector<std::string> settings) {
    std::vector<std::string> words{
        "run", SourceFile("configs/nb201/rea.toml").string(), "--seeds", "1", "--out", out};
    settings.insert(settings.begin(), "record.tensorboard=true");
    AppendSettings(words, settings);
    return words;
  }
  // A search of which all trials are written, because evaluations take milliseconds.
  static std::vector<std::string> Slow(const std::string& out, int steps) {
    return Words(out, {"oracle.use=faulty_oracle", "oracle.delay_ms=4", "oracle.fault=\"nan\"",
                       "oracle.every=7", "reward={metric=\"checksum\"}",
                       "budget={steps=" + std::to_string(steps) + "}"});
  }
  void Run(const std::vector<std::string>& words) {
    const Outcome outcome = lode_.Run(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    errors_ = outcome.err;
  }

  fs::path RunOf(const std::string& out) const { return directory_.path() / out / "seed-0"; }
  std::vector<json> Events(const std::string& out) const {
    std::vector<json> events;
    for (const std::string& line : Lines(OutputOf(
             "/usr/bin/python3 -B " + SourceFile("core/run/tests/read_events.py").string() + " " +
             (RunOf(out) / "tensorboard").string()))) {
      events.push_back(json::parse(line));
    }
    return events;
  }
  static Numbers NumbersOf(const std::vector<json>& events, const std::string& name) {
    Numbers numbers;
    for (const json& event : events) {
      if (event["name"] == name) { numbers.emplace_back(event["step"], event["number"]); }
    }
    return numbers;
  }
  // The rows of a query for a step and a number.
  Numbers Stored(const std::string& out, const char* sql) const {
    Numbers numbers;
    for (const std::string& row : Lines(Select(RunOf(out), sql))) {
      const std::size_t bar = row.find('|');
      numbers.emplace_back(std::stoull(row), static_cast<float>(std::stod(row.substr(bar + 1))));
    }
    return numbers;
  }
  Numbers StoredRewards(const std::string& out) const {
    return Stored(out, "SELECT step, reward FROM trial WHERE failure IS NULL ORDER BY step");
  }
  void WaitForTrials(const std::string& out) const {
    EXPECT_TRUE(WaitUntil(
        [&] { return fs::exists(RunOf(out) / "tensorboard") && Events(out).size() > 50; }));
  }

  const TemporaryDirectory directory_;
  const Program lode_ = WithTestPlugins(directory_.path());
  std::string errors_;
};

// The search is fast: some trials are left out, but no new best.
TEST_F(TensorBoardTest, NumbersAreThoseOfTheStore) {
  Run(Words("out", {"budget={steps=3000}"}));
  const std::vector<json> events = Events("out");
  const Numbers all = StoredRewards("out"), rewards = NumbersOf(events, "trial/reward");
  EXPECT_THAT(all, IsSupersetOf(rewards));
  const Numbers bests = Stored("out",
                               "SELECT step, reward FROM trial AS t WHERE failure IS NULL AND NOT "
                               "EXISTS (SELECT 1 FROM trial WHERE step < t.step AND reward >= "
                               "t.reward)");
  EXPECT_THAT(rewards, IsSupersetOf(bests));
  EXPECT_EQ(NumbersOf(events, "best/reward").back(),
            std::pair(std::uint64_t{2999}, bests.back().second));
}

TEST_F(TensorBoardTest, TrialsAreThoseOfARunWithoutIt) {
  Run(Words("with", {"budget={steps=200}"}));
  Run(Words("without", {"budget={steps=200}", "record.tensorboard=false"}));
  EXPECT_FALSE(fs::exists(RunOf("without") / "tensorboard"));
  EXPECT_EQ(Dump(RunOf("with")), Dump(RunOf("without")));
}

TEST_F(TensorBoardTest, TextsAndPicturesAreShown) {
  if (!CanConvertSvg()) { GTEST_SKIP() << "no rsvg-convert"; }
  Run(Words("out", {"budget={steps=200}"}));
  std::map<std::string, json> last;
  for (json& event : Events("out")) { last[event["name"]] = event; }
  EXPECT_THAT(std::string(last["pipeline"]["text"]), HasSubstr("[optimizer]\nuse = \"rea\"\n"));
  EXPECT_THAT(std::string(last["result/architecture"]["text"]), HasSubstr("|nor_conv_3x3~0|"));
  EXPECT_EQ(last["result/network"]["step"], 199);
  EXPECT_GT(last["result/network"]["picture"]["colors"], 20);  // with smoothed text
  EXPECT_THAT(errors_, Not(HasSubstr("pictures")));
}

TEST_F(TensorBoardTest, WithoutTheProgramThereAreNoPicturesAndOneNotice) {
  Program lode = WithTestPlugins(directory_.path());
  lode.SetEnvironment("PATH", directory_.path().string());
  std::vector<std::string> words = Words("out", {"budget={steps=50}"});
  words[3] = "3";  // seeds
  const Outcome outcome = lode.Run(words);
  EXPECT_EQ(outcome.status, 0);
  const std::string notice = "there is no program rsvg-convert";
  ASSERT_THAT(outcome.err, HasSubstr(notice));
  EXPECT_EQ(outcome.err.find(notice), outcome.err.rfind(notice));
  for (const json& event : Events("out")) { EXPECT_FALSE(event.contains("picture")); }
}

TEST_F(TensorBoardTest, ASpaceInAnotherProcessIsNotDrawn) {
  Run(Words("out", {"budget={steps=50}", "execution.isolate=\"all\""}));
  EXPECT_THAT(errors_, HasSubstr("no pictures of architectures"));
  for (const json& event : Events("out")) { EXPECT_FALSE(event.contains("picture")); }
}

TEST_F(TensorBoardTest, AKilledRunIsReadableAndContinues) {
  std::vector<std::string> words = Slow("out", 400);
  const pid_t child = lode_.Start(words);
  WaitForTrials("out");
  kill(child, SIGKILL);
  lode_.Finish(child);
  const Numbers before = NumbersOf(Events("out"), "trial/reward");
  words.emplace_back("--resume");
  Run(words);
  const std::vector<json> events = Events("out");
  const Numbers rewards = NumbersOf(events, "trial/reward");
  EXPECT_EQ(rewards, StoredRewards("out"));
  EXPECT_THAT(rewards, IsSupersetOf(before));
  EXPECT_EQ(NumbersOf(events, "search/failures").back(),
            Stored("out", "SELECT max(step), sum(failure IS NOT NULL) FROM trial").front());
}

TEST_F(TensorBoardTest, AnExtendedRunContinues) {
  Run(Slow("out", 60));
  Run({"resume", "out", "--extend", "steps=90"});
  EXPECT_EQ(NumbersOf(Events("out"), "trial/reward"), StoredRewards("out"));
  EXPECT_EQ(NumbersOf(Events("out"), "best/reward").back().first, 89u);
}

TEST_F(TensorBoardTest, FreshRunsStartOver) {
  Run(Slow("out", 60));
  std::vector<std::string> words = Slow("out", 20);
  words.emplace_back("--fresh");
  Run(words);
  const fs::path events = RunOf("out") / "tensorboard";
  EXPECT_EQ(std::distance(fs::directory_iterator(events), {}), 1);
  EXPECT_EQ(NumbersOf(Events("out"), "trial/reward"), StoredRewards("out"));
}

TEST_F(TensorBoardTest, AFileThatCannotBeWrittenFailsTheRun) {
  directory_.Write("out/seed-0/tensorboard", "in the way");
  const Outcome outcome = lode_.Run(Words("out", {"budget={steps=50}"}));
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("out/seed-0/tensorboard"));
  fs::remove(RunOf("out") / "tensorboard");
  Run({"resume", "out"});
  EXPECT_EQ(NumbersOf(Events("out"), "best/reward").back().first, 49u);
}

}  // namespace
}  // namespace lode::core
