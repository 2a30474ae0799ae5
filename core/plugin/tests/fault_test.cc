// Plugins that fail: the program says which one, why and what to do, and loses nothing.
#include <gtest/gtest.h>
#include <lode/plugin.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

const fs::path kBroken = fs::path(LODE_BINARY_DIR) / "tests/plugins";

class FaultTest : public testing::Test {
 protected:
  // Random search on nb201 with one component from a broken plugin.
  Outcome Run(const std::string& plugin, const std::vector<std::string>& overrides) const {
    std::vector<std::string> arguments = {
        "--plugin", (kBroken / (plugin + ".lode.so")).string(),
        "run",      SourceFile("configs/nb201/random.toml").string(),
        "--seeds",  "1",
        "--set",    "budget.steps=200",
        "--out",    (dir_.path() / "runs").string()};
    AppendSettings(arguments, overrides);
    return lode_.Run(arguments);
  }

  void ExpectOneLine(const Outcome& outcome, int status, const std::string& part) const {
    EXPECT_EQ(outcome.status, status) << outcome.err;
    const std::string& said = status == 2 ? outcome.err : outcome.out;
    EXPECT_NE(said.find(part), std::string::npos) << outcome.out << outcome.err;
    EXPECT_EQ(Lines(outcome.err).size(), 1u) << outcome.err;
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
};

// Sets a limit of this process, and of those it starts, while the object lives.
class Limit {
 public:
  Limit(__rlimit_resource resource, rlim_t most) : resource_(resource) {
    getrlimit(resource, &before_);
    const rlimit limit{most, before_.rlim_max};
    set_ = setrlimit(resource, &limit) == 0;
  }
  Limit(const Limit&) = delete;
  ~Limit() { setrlimit(resource_, &before_); }
  bool set() const { return set_; }

 private:
  __rlimit_resource resource_;
  rlimit before_{};
  bool set_ = false;
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryCanBeLimited = false;
#elif defined(__has_feature)
constexpr bool kMemoryCanBeLimited =
    !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool kMemoryCanBeLimited = true;
#endif

constexpr rlim_t kGiB = rlim_t{1} << 30;

TEST_F(FaultTest, ThreadsThatTheSystemRefusesAreNamed) {
  if (!kMemoryCanBeLimited) { GTEST_SKIP() << "sanitizers need more memory"; }
  ASSERT_EQ(lode_.Run({"plugins"}).status, 0);  // which loads all of them, including LibTorch
  const Limit stack(RLIMIT_STACK, 64 * kGiB), memory(RLIMIT_AS, 8 * kGiB);  // no stack fits
  if (!stack.set()) { GTEST_SKIP() << "the stack of a thread is limited here"; }
  const Outcome outcome =
      lode_.Run({"run", SourceFile("configs/nb201/random.toml").string(), "--seeds", "1"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "lode: starting a thread for a run: Resource temporarily unavailable\n");
}

TEST_F(FaultTest, AFileThatDoesNotFitIntoMemoryIsNamed) {
  if (!kMemoryCanBeLimited) { GTEST_SKIP() << "sanitizers need more memory"; }
  const fs::path table = dir_.path() / "results.csv";
  std::ofstream(table) << "architecture,valid_accuracy\n";
  fs::resize_file(table, kGiB - 1);             // sparse
  ASSERT_EQ(lode_.Run({"plugins"}).status, 0);  // which loads all of them, including LibTorch
  const Limit memory(RLIMIT_AS, kGiB);
  const Outcome outcome = lode_.Run(
      {"validate", SourceFile("configs/nb201/random.toml").string(), "--set",
       "oracle={use=\"table\",file=\"" + table.string() + "\",maximize=[\"valid_accuracy\"]}"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find(table.string() + ": out of memory\n"), std::string::npos)
      << outcome.err;
}

TEST_F(FaultTest, ErrorsOfLibrariesNameWhatWasTyped) {
  const std::string name(300, 'a');
  const Outcome outcome = lode_.Run(
      {"run", SourceFile("configs/nb201/random.toml").string(), "--seeds", "1", "--out", name});
  ExpectOneLine(outcome, 2, "File name too long");
  EXPECT_EQ(outcome.err.find("filesystem error"), std::string::npos) << outcome.err;
}

TEST_F(FaultTest, AFileOfARunThatIsDamagedIsNamedInPlainWords) {
  const std::string runs = (dir_.path() / "runs").string();
  ASSERT_EQ(lode_
                .Run({"run", SourceFile("configs/nb201/random.toml").string(), "--seeds", "1",
                      "--set", "budget.steps=20", "--out", runs})
                .status,
            0);
  const fs::path file = fs::path(runs) / "seed-0/versions.json";
  std::ofstream(file) << "{\"lode\": ";
  const Outcome outcome = lode_.Run({"resume", runs});
  ExpectOneLine(outcome, 2, file.string() + ": parse error at line 1");
  EXPECT_EQ(outcome.err.find("json.exception"), std::string::npos) << outcome.err;
}

TEST_F(FaultTest, APluginFromTheFutureIsRefusedWithBothVersionsAndTheRemedy) {
  const std::string minor = std::to_string(LODE_ABI_MINOR);
  ExpectOneLine(Run("too_new", {}), 2,
                "too_new.lode.so: needs host ABI 1.99, this host has 1." + minor +
                    ": upgrade lode, or rebuild the plugin with -DLODE_TARGET_MINOR=" + minor);
}

TEST_F(FaultTest, AParameterOfAnUnknownTypeIsRefused) {
  ExpectOneLine(Run("unknown_type", {}), 2,
                "unknown_type.lode.so: exploration 'unknown_type': parameter 0 has an unknown "
                "type 42");
}

TEST_F(FaultTest, AnOrdinaryLibraryIsRefused) {
  ExpectOneLine(Run("no_entry", {}), 2,
                "no_entry.lode.so: exports no lode_plugin_v1: not a Lode plugin");
}

TEST_F(FaultTest, AFileThatIsNotALibraryIsRefused) {
  ExpectOneLine(Run("not_elf", {}), 2, "not_elf.lode.so: cannot be loaded: ");
}

TEST_F(FaultTest, BrokenPluginsOfASearchedDirectoryAreListedAndHarmless) {
  const Outcome outcome = lode_.Run({"--plugin", kBroken.string(), "plugins"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* name : {"too_new", "no_entry", "not_elf"}) {
    EXPECT_NE(outcome.out.find("not usable: " + (kBroken / name).string()), std::string::npos)
        << outcome.out;
  }
  EXPECT_NE(outcome.out.find("l2nas"), std::string::npos);
}

// The method that throws, and the resulting status and words.
struct Throw {
  const char* kind;
  const char* from;
  int status;
};

TEST_F(FaultTest, WhateverAComponentThrowsIsCaughtAndNamed) {
  constexpr Throw kThrows[] = {
      {"optimizer", "create", 2},   {"optimizer", "bind", 2},      {"optimizer", "ask", 3},
      {"optimizer", "tell", 3},     {"oracle", "create", 2},       {"oracle", "bind", 2},
      {"oracle", "evaluate", 3},    {"space", "create", 2},        {"space", "format", 3},
      {"exploration", "create", 2}, {"exploration", "explore", 3}, {"exploration", "perturb", 3}};
  for (const Throw& t : kThrows) {
    for (const char* what : {"runtime_error", "int"}) {
      const std::string kind = t.kind;
      std::vector<std::string> overrides{"optimizer.use=l2nas"};
      if (kind == "exploration") {
        overrides.push_back("exploration={use=\"throws\"}");
      } else {
        overrides.push_back(kind + ".use=throws");
      }
      const std::string place = kind + (kind == "exploration" ? ".0." : ".");
      overrides.insert(overrides.end(), {place + "from=" + t.from, place + "what=" + what});
      if (kind == "space" || kind == "oracle") {
        overrides.insert(overrides.end(),
                         {"oracle.use=throws", "reward={metric=\"ones\", transform=\"identity\"}"});
      }
      if (kind == "space") {
        overrides.emplace_back("oracle.from=tell");  // which an oracle never calls
      }
      const Outcome outcome = Run("throws", overrides);
      EXPECT_EQ(outcome.status, t.status) << kind << " " << t.from << "\n"
                                          << outcome.out << outcome.err;
      const std::string said = outcome.out + outcome.err;
      const std::string reason = std::string(what) == "int"
                                     ? "an exception that is not a std::exception"
                                     : std::string("thrown from ") + t.from;
      EXPECT_NE(said.find("'throws'"), std::string::npos) << kind << " " << t.from << "\n" << said;
      EXPECT_NE(said.find(reason), std::string::npos) << kind << " " << t.from << "\n" << said;
      fs::remove_all(dir_.path() / "runs");
    }
  }
}

const std::vector<std::string> kNanOracle = {
    "oracle.use=nan_oracle", "reward={metric=\"checksum\", transform=\"identity\"}"};

std::vector<std::string> With(std::vector<std::string> list, const std::vector<std::string>& more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

TEST_F(FaultTest, NanAndErrorsCostOnlyTheirTrials) {
  const Outcome outcome = Run("nan_oracle", With(kNanOracle, {"execution.max_failures=50"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::ifstream in(dir_.path() / "runs/seed-0/result.json");
  const auto result = nlohmann::json::parse(in);
  EXPECT_EQ(result["steps"], 200);
  EXPECT_GT(result["failures"], 50);
  EXPECT_LT(result["failures"], 150);
  const int best = result["best"]["metrics"]["checksum"];
  EXPECT_NE(best % 3, 0);
  EXPECT_NE(best % 5, 0);
}

// "checksum 35 fails" and "checksum 40 fails" count as one reason.
TEST_F(FaultTest, TablesSayWhyTrialsFailed) {
  const Outcome outcome = Run("nan_oracle", With(kNanOracle, {}));
  for (const std::string& text : {outcome.out, outcome.err}) {  // tables, and the run's last line
    EXPECT_NE(text.find(" failed: "), std::string::npos) << text;
    EXPECT_NE(text.find("metric 'checksum' is not a number ("), std::string::npos) << text;
    EXPECT_NE(text.find("oracle 'nan_oracle': checksum # fails ("), std::string::npos) << text;
  }
}

// Rejections by a measured limit cost budget: the warning comes early and names a free alternative.
TEST_F(FaultTest, WarnsOfMeasuredRejectionsThatUseUpTheBudget) {
  const Outcome outcome = Run(
      "nan_oracle",
      {"oracle=[{use=\"nan_oracle\", nan_every=0, fail_every=0}, {use=\"analytic\"}]",
       "reward={metric=\"checksum\", limits=[{metric=\"checksum\", max=60}], max_rejections=100}",
       "budget={steps=0, unique_queries=100}"});
  EXPECT_NE(outcome.err.find("architectures were measured and then rejected by the limit on "
                             "'checksum', which has to be measured"),
            std::string::npos)
      << outcome.err << outcome.out;
}

TEST_F(FaultTest, AFailureStopsTheRunIfThePipelineSaysSo) {
  const Outcome outcome = Run("nan_oracle", With(kNanOracle, {"execution.on_error=stop"}));
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(outcome.out.find("seed 0 failed: step "), std::string::npos) << outcome.out;
}

TEST_F(FaultTest, TooManyFailuresInARowEndTheRun) {
  const Outcome outcome = Run(
      "nan_oracle",
      With(kNanOracle, {"oracle.nan_every=1", "oracle.fail_every=0", "execution.max_failures=7"}));
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(
      outcome.out.find("7 trials in a row failed, the last one: metric 'checksum' is not a number"),
      std::string::npos)
      << outcome.out;
}

TEST_F(FaultTest, ABudgetThatNothingSpendsIsRefused) {
  const Outcome outcome =
      Run("nan_oracle", With(kNanOracle, {"oracle.nan_every=0", "oracle.fail_every=0",
                                          "budget={simulated_seconds=1000}"}));
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(outcome.out.find("no oracle reports the cost of an evaluation"), std::string::npos)
      << outcome.out << outcome.err;
}

// A noisy oracle is asked again, and every answer stays with its own trial.
TEST_F(FaultTest, NoisyMeasurementsAreRepeatedAndAllKept) {
  const Outcome outcome =
      Run("nan_oracle", With(kNanOracle, {"oracle.noisy=true", "oracle.nan_every=0",
                                          "oracle.fail_every=0", "optimizer.use=rea"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const fs::path run = dir_.path() / "runs/seed-0";
  EXPECT_EQ(Select(run, "SELECT count(DISTINCT evaluation), sum(reused) FROM trials"), "200|0\n");
  EXPECT_EQ(Select(run, "SELECT count(*) FROM trials WHERE reward != checksum"), "0\n");
  EXPECT_EQ(Select(run, "SELECT count(DISTINCT checksum) FROM trials"), "200\n");
  EXPECT_NE(Select(run, "SELECT count(DISTINCT architecture) FROM trials"), "200\n");
}

TEST_F(FaultTest, InterruptionReachesASlowOracle) {
  const pid_t child =
      lode_.Start({"--plugin", (kBroken / "nan_oracle.lode.so").string(), "run",
                   SourceFile("configs/nb201/random.toml").string(), "--seeds", "1", "--set",
                   "oracle.use=nan_oracle", "--set", "oracle.delay_ms=60000", "--set",
                   "reward={metric=\"checksum\", transform=\"identity\"}", "--out", "out"});
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(dir_.path() / "out/seed-0/run.db-wal"); }));
  kill(child, SIGTERM);
  const Outcome outcome = lode_.Finish(child);
  EXPECT_EQ(outcome.status, 130);
  // A run whose oracle ignores cancellation ends without this.
  EXPECT_NE(outcome.out.find("seed 0 interrupted"), std::string::npos)
      << outcome.out << outcome.err;
}

TEST_F(FaultTest, WrongSizesAreRefusedWithTheComponentsName) {
  ExpectOneLine(Run("wrong_sizes", {"space.use=wrong_sizes"}), 2,
                "space 'wrong_sizes': has no cells");
  ExpectOneLine(Run("wrong_sizes", {"oracle.use=wrong_sizes"}), 2,
                "oracle 'wrong_sizes': has no metrics");
  for (const char* proposes : {"short", "ones", "unknown"}) {
    const Outcome outcome = Run("wrong_sizes", {"optimizer.use=wrong_sizes",
                                                std::string("optimizer.proposes=") + proposes});
    EXPECT_EQ(outcome.status, 3) << proposes;
    EXPECT_NE(outcome.out.find("optimizer 'wrong_sizes': "), std::string::npos) << outcome.out;
    fs::remove_all(dir_.path() / "runs");
  }
}

}  // namespace
}  // namespace lode::core
