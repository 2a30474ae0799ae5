// Searches whose oracle is a program: what is stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>

#include <algorithm>
#include <csignal>
#include <lode/testing.hpp>
#include <string>
#include <vector>

#include "plugins/oracles/command/test_program.h"
#include "tests/built.h"
#include "tests/run_database.h"

namespace command {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandRunTest : public testing::Test {
 protected:
  // Writes a script and a pipeline next to it; returns the arguments for lode.
  std::vector<std::string> Pipeline(const std::string& script, const std::string& more = "") {
    search_.Write("script.sh", script);
    search_.Write("pipeline.toml", R"(
        [pipeline]
        name = "script"
        [space]
        use = "nb201"
        [oracle]
        use = "command"
        command = ["sh", "{program}", "{architecture}"]
        program = "script.sh"
        maximize = ["score"]
        )" + more + R"(
        [reward]
        metric = "score"
        [optimizer]
        use = "random"
        [budget]
        steps = 2
        )");
    return {"run", InDirectory("pipeline.toml"), "--out", InDirectory("runs"), "--fresh"};
  }
  std::string InDirectory(const std::string& name) const {
    return (search_.directory() / name).string();
  }
  std::string Stored(const char* sql) const {
    return lode::Select(search_.directory() / "runs/seed-0", sql);
  }
  // Returns the reasons of the two failures of a search with the script, which are equal.
  std::string StoredFailure(const std::string& script, const std::string& more = "") {
    const lode::test::Outcome outcome = search_.Run(Pipeline(script, more));
    EXPECT_EQ(outcome.status, 3);
    EXPECT_THAT(outcome.err, HasSubstr("every trial failed, the last one: oracle 'command': "));
    EXPECT_EQ(Stored("SELECT count(*) FROM failures"), "2\n");
    return Stored("SELECT DISTINCT failure FROM failures");
  }

  const lode::test::Search search_{{}, lode::BuiltProgram()};
};

TEST_F(CommandRunTest, MetricsAreStored) {
  const lode::test::Outcome outcome =
      search_.Run(Pipeline("echo \"{\\\"score\\\": $(echo \"$1\" | tr -d -c n | wc -c)}\""));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Stored("SELECT count(*) FROM trials WHERE failure IS NULL AND score = "
                   "length(architecture) - length(replace(architecture, 'n', ''))"),
            "2\n");
}

// If several processes share the processors, spinning threads delay the threads they wait for.
TEST_F(CommandRunTest, ThreadsOfAnOraclesProcessWaitPassively) {
  const lode::test::Outcome outcome = search_.Run(
      Pipeline("test \"$OMP_WAIT_POLICY\" = PASSIVE && test -n \"$OPENBLAS_THREAD_TIMEOUT\" && "
               "echo '{\"score\": 1}'"));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(CommandRunTest, ReasonsOfFailuresAreStored) {
  EXPECT_EQ(StoredFailure("echo 'no memory left' >&2; kill -9 $$"),
            "oracle 'command': killed by signal 9 (Killed): no memory left\n");
  EXPECT_EQ(StoredFailure("sleep 1000", "timeout = 0.2"),
            "oracle 'command': no answer within 0.2 s\n");
  EXPECT_EQ(StoredFailure("echo '{\"progress\": 0}'; echo Epoch 1"),
            "oracle 'command': standard output line 2 is not JSON: \"Epoch 1\"; output that is not "
            "an answer belongs on standard error\n");
  EXPECT_EQ(StoredFailure("echo \"ValueError: '3' of $1\" | cut -c 1-20 >&2; exit 3"),
            "oracle 'command': exit status 3: ValueError: '3' of |\n");
}

TEST_F(CommandRunTest, StandardErrorIsShownOnRequest) {
  const std::string script = "echo 'one line' >&2; printf 'no end' >&2; echo '{\"score\": 1}'";
  EXPECT_THAT(search_.Run(Pipeline(script)).err, Not(HasSubstr("one line")));
  for (const char* isolate : {"true", "false"}) {
    std::vector<std::string> arguments = Pipeline(script);
    arguments.insert(arguments.begin(), "-v");
    arguments.insert(arguments.end(), {"--set", std::string("execution.isolate=") + isolate});
    const std::string shown = search_.Run(arguments).err;
    EXPECT_THAT(shown, HasSubstr("oracle 'command': one line\n"));
    EXPECT_THAT(shown, HasSubstr("oracle 'command': no end\n"));
  }
}

TEST_F(CommandRunTest, DirectoriesStartAtThePipeline) {
  EXPECT_EQ(StoredFailure("exit 1", "directory = \"work\""),
            "oracle 'command': exit status 1; see " + InDirectory("work/000001") +
                "\noracle 'command': exit status 1; see " + InDirectory("work/000002") + "\n");
}

TEST_F(CommandRunTest, MistakesAreFoundBeforeTheSearch) {
  std::vector<std::string> arguments = Pipeline("exit 1");
  arguments.insert(arguments.end(), {"--set", "oracle.command=[\"shh\", \"{program}\"]"});
  const lode::test::Outcome outcome = search_.Run(arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err,
              StartsWith("lode: oracle 'command': cannot run \"shh\": no such program in PATH"));
  EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1);
}

TEST_F(CommandRunTest, InterruptionEndsTheProgram) {
  const pid_t lode = search_.Start(
      Pipeline("echo $$ > " + InDirectory("pid") + "; trap '' TERM; while true; do sleep 1; done"));
  const int program = WaitForNumbers(InDirectory("pid"), 1)[0];
  kill(lode, SIGTERM);
  const lode::test::Outcome outcome = search_.Finish(lode);
  EXPECT_EQ(outcome.status, 130);
  // A program that takes long to end, as all do on a busy machine, is not waited for, but it ends.
  EXPECT_THAT(outcome.out + outcome.err, AnyOf(HasSubstr("seed 0 interrupted"),
                                               HasSubstr("abandoned the current evaluation")));
  EXPECT_TRUE(Within(kHang, [&] { return !IsRunning(program); }));
}

TEST_F(CommandRunTest, TheProgramDiesWithLode) {
  const pid_t lode =
      search_.Start(Pipeline("echo $$ > " + InDirectory("pid") + "; exec sleep 1000"));
  const int program = WaitForNumbers(InDirectory("pid"), 1)[0];
  kill(lode, SIGKILL);
  search_.Finish(lode);
  EXPECT_TRUE(Within(kHang, [&] { return !IsRunning(program); }));
}

}  // namespace
}  // namespace command
