// Hostile text: whatever a plugin, a program or a file says, what the program prints and stores is
// valid UTF-8 without control characters, and nothing else is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <lode/text.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kPlugins = fs::path(LODE_BINARY_DIR) / "tests/plugins";
constexpr char kHostile[] = "\x1B[31m\xFF\xC2\x9B\xE2\x80\xAE";

std::string ReadAll(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

class HostileTest : public testing::Test {
 protected:
  std::string In(const std::string& name) const { return (dir_.path() / name).string(); }

  void Write(const std::string& name, const std::string& text) const { dir_.Write(name, text); }

  std::string Pipeline(const std::string& more) const {
    Write("search.toml", R"([pipeline]
name = "hostile"
[space]
use = "hostile"
[oracle]
use = "hostile"
[reward]
metric = "score"
transform = "identity"
[optimizer]
use = "hostile"
[budget]
steps = 40
)" + more);
    return In("search.toml");
  }

  Outcome Lode(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{"--plugin", (kPlugins / "hostile_text.lode.so").string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Outcome outcome = lode_.Run(all);
    EXPECT_EQ(PrintableText(outcome.out), outcome.out);
    EXPECT_EQ(PrintableText(outcome.err), outcome.err);
    EXPECT_THAT(outcome.out + outcome.err, testing::Not(HasSubstr("json.exception")));
    return outcome;
  }

  void ExpectCleanRun(const fs::path& run) const {
    for (const char* file : {"result.json", "versions.json"}) {
      const std::string text = ReadAll(run / file);
      EXPECT_TRUE(nlohmann::json::accept(text)) << file;
      EXPECT_EQ(PrintableText(text), text) << file;
    }
    for (const char* sql : {"SELECT architecture, failure FROM evaluation",
                            "SELECT name FROM record", "SELECT name, unit, dataset FROM metric"}) {
      const std::string text = Select(run, sql);
      EXPECT_EQ(PrintableText(text), text) << sql;
    }
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
};

TEST_F(HostileTest, TextFromPluginsIsMadePrintableWhereverTheyRun) {
  for (const char* isolate : {"false", "true"}) {
    const std::string out = In(std::string("runs-") + isolate);
    const Outcome outcome = Lode({"run", Pipeline(""), "--seeds", "2", "--out", out, "--set",
                                  std::string("execution.isolate=") + isolate});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("oracle 'hostile': said"));
    ExpectCleanRun(fs::path(out) / "seed-0");
    ExpectCleanRun(fs::path(out) / "seed-1");
    EXPECT_THAT(Select(fs::path(out) / "seed-1", "SELECT failure FROM failures LIMIT 1"),
                HasSubstr("oracle 'hostile': failed"));
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"show", out}, {"show", out, "--json"}, {"resume", out}}) {
      EXPECT_EQ(Lode(command).status, 0) << command.front();
    }
  }
}

TEST_F(HostileTest, MegabytesOfTextAreTruncated) {
  const Outcome outcome = Lode({"run", Pipeline(""), "--out", In("runs"), "--set",
                                "oracle.megabytes=true", "--set", "budget.steps=4"});
  EXPECT_EQ(outcome.status, 0) << outcome.err.substr(0, 1000);
  EXPECT_LT(outcome.err.size(), 1u << 20);
}

TEST_F(HostileTest, DeclarationsOfPluginsAreMadePrintable) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"plugins"},
                                                  {"plugins", "--json"},
                                                  {"describe", "hostile"},
                                                  {"describe", "hostile", "--json"},
                                                  {"describe", "hostile", "--markdown"},
                                                  {"describe", "--schema"},
                                                  {"show", "hostile", "5"},
                                                  {"show", "hostile", "5", "--json"},
                                                  {"show", "hostile", "5", "--dot"}}) {
    EXPECT_EQ(Lode(command).status, 0) << command[0] << command.back();
  }
  const Outcome refused = Lode({"show", "hostile", "none"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("space 'hostile': not a cell: "));
}

TEST_F(HostileTest, NamesThatCannotBeTypedAreRefused) {
  const Outcome id = Lode({"--plugin", (kPlugins / "hostile_name.lode.so").string(), "plugins"});
  EXPECT_EQ(id.status, 2);
  EXPECT_THAT(id.err, HasSubstr("hostile_name.lode.so: the name 'hostile [2J' has control "
                                "characters, or is not UTF-8"));
  const Outcome metric =
      Lode({"run", Pipeline(""), "--out", In("runs"), "--set", "oracle.name=\"sc\\u001Bore\""});
  EXPECT_EQ(metric.status, 2);
  EXPECT_THAT(metric.err,
              HasSubstr("oracle 'hostile': metric 0 ('sc ore') has a name with control"));
}

TEST_F(HostileTest, AHostileReasonOnlyEndsTheRun) {
  const Outcome outcome = Lode({"run", Pipeline(""), "--out", In("runs"), "--seeds", "2", "--set",
                                "optimizer.fails_after=7"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out, HasSubstr("optimizer 'hostile': gives up"));
  for (const char* seed : {"runs/seed-0", "runs/seed-1"}) {
    EXPECT_EQ(Select(dir_.path() / seed, "SELECT count(*) FROM trial"), "7\n");
  }
}

// Stores written by versions before this rule.
TEST_F(HostileTest, StoresWithAnyBytesAreShownAndResumed) {
  ASSERT_EQ(Lode({"run", Pipeline(""), "--out", In("runs")}).status, 0);
  const fs::path run = dir_.path() / "runs/seed-0";
  const std::string before = Select(run, "SELECT * FROM trials");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((run / "run.db").c_str(), &db), SQLITE_OK);
  // The space's escape unmodified, as it came from the plugin, and an invalid byte in the reasons.
  ASSERT_EQ(
      sqlite3_exec(db,
                   "UPDATE evaluation SET architecture = replace(architecture, ' [2J', "
                   "char(27) || '[2J');"
                   "UPDATE evaluation SET failure = CAST(x'FF1B' || failure AS TEXT) WHERE "
                   "failure IS NOT NULL;"
                   "UPDATE trial SET failure = (SELECT failure FROM evaluation WHERE id = "
                   "trial.evaluation);"
                   "DELETE FROM trial WHERE step >= 20;"
                   "DELETE FROM evaluation WHERE step >= 20;"
                   "UPDATE meta SET value = 'interrupted' WHERE key = 'status';"
                   // Format 3, which had no checksums.
                   "DELETE FROM meta WHERE key NOT IN ('format', 'seed', 'workers', 'status');"
                   "UPDATE meta SET value = '3' WHERE key = 'format';"
                   "ALTER TABLE meta DROP COLUMN _checksum;"
                   "ALTER TABLE metric DROP COLUMN _checksum;"
                   "ALTER TABLE evaluation DROP COLUMN _checksum;"
                   "ALTER TABLE trial DROP COLUMN _checksum;"
                   "ALTER TABLE front DROP COLUMN _checksum;"
                   "ALTER TABLE record DROP COLUMN _checksum",
                   nullptr, nullptr, nullptr),
      SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);
  EXPECT_THAT(Lode({"show", In("runs")}).out, HasSubstr("20 of 40 steps"));
  const Outcome resumed = Lode({"resume", In("runs")});
  EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
  EXPECT_EQ(Lode({"show", In("runs")}).status, 0);
  EXPECT_EQ(Select(run, "SELECT count(*) FROM trial"), "40\n");
}

TEST_F(HostileTest, TextFromFilesIsMadePrintable) {
  const std::string out = In("runs");
  const std::string file = Pipeline(R"([grid]
"oracle.megabytes" = [false]
"pipeline.description" = ["\u001B[31mred", "\u009B32mgreen"]
[[reference]]
label = "\u001B]0;paper\u0007"
mean = 3.0
)");
  const Outcome outcome =
      Lode({"run", file, "--out", out, "--set", "pipeline.name=\"a\\u009Bb\\u202E\""});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("a b "));
  EXPECT_EQ(Lode({"show", out}).status, 0);
  EXPECT_EQ(Lode({"resume", out}).status, 0);
  EXPECT_EQ(Lode({"validate", file, "--print"}).status, 0);
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    EXPECT_TRUE(IsPrintableLine(entry.path().filename().string())) << entry.path();
  }
}

TEST_F(HostileTest, MistakesThatQuoteItAreMadePrintable) {
  const std::string name = std::string(kHostile) + ".toml";
  Write(name, "[pipeline]\nname = \"x\"\n\"\\u001B[31m\\u009B\" = 1\n[space]\nuse = \"\\u202E\"\n");
  const Outcome keys = Lode({"validate", name});
  EXPECT_EQ(keys.status, 2);
  EXPECT_THAT(keys.err, HasSubstr("'\\u001B[31m\\u009B'"));
  Write("bytes.toml", "[pipeline]\nname = \"" + std::string(kHostile) + "\"\n");
  EXPECT_EQ(Lode({"validate", In("bytes.toml")}).status, 2);
  EXPECT_EQ(Lode({"validate", In(std::string("none") + kHostile)}).status, 2);
  EXPECT_EQ(Lode({"run", Pipeline(""), "--set", std::string("space.x=") + kHostile}).status, 2);
  EXPECT_EQ(Lode({std::string("run") + kHostile}).status, 2);
  EXPECT_EQ(Lode({"show", In(kHostile)}).status, 2);
  EXPECT_EQ(Lode({"describe", kHostile}).status, 2);
}

TEST_F(HostileTest, ADirectoryMayHaveAnyName) {
  const std::string out = In(std::string("runs") + kHostile);
  EXPECT_EQ(Lode({"run", Pipeline(""), "--out", out}).status, 0);
  EXPECT_EQ(Lode({"show", out, "--json"}).status, 0);
  EXPECT_EQ(Lode({"resume", out}).status, 0);
}

// A user's program: what it writes to its streams, and in its JSON.
TEST_F(HostileTest, TextFromProgramsIsMadePrintable) {
  Write("program.sh", R"(
printf '{"log": "\\u001b[31mlog \\u009b"}\n{"progress": 0.5, "message": "\\u001b]0;x\\u0007"}\n'
case $1 in
  "cell 1"*) printf '\033[2J\377\302\233 last words\n' >&2; exit 3;;
  "cell 2"*) printf '{"score": 1, "\\u001b[31m": 2}\n';;
  "cell 3"*) printf '\377\033 not JSON\n';;
  *) printf '{"score": 1}\n';;
esac
)");
  const Outcome outcome = Lode(
      {"run", Pipeline(""), "--out", In("runs"), "--set",
       "oracle={use=\"command\", command=[\"sh\", \"{program}\", \"{architecture}\"], "
       "program=\"program.sh\", maximize=[\"score\"], dataset=\"\\u001B[31m\", train=[\"score\"]}",
       "--set", "budget.steps=12"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("log "));
  ExpectCleanRun(dir_.path() / "runs/seed-0");
  const std::string failures = Select(dir_.path() / "runs/seed-0", "SELECT failure FROM failures");
  for (const char* part : {"last words", "which is not a metric of the pipeline", "is not JSON"}) {
    EXPECT_THAT(failures, HasSubstr(part));
  }
}

}  // namespace
}  // namespace lode::core
