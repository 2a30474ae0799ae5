#include "plugins/oracles/command/oracle.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <lode/testing.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "plugins/oracles/command/process.h"
#include "plugins/oracles/command/test_program.h"
#include "plugins/oracles/command/words.h"
#include "tests/built.h"
#include "tests/failure.h"
#include "tests/scoped_variable.h"
#include "tests/temporary_directory.h"

namespace command {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr const char* kAnswer = R"(echo '{"accuracy": 91.5, "latency": 4}')";

double Seconds(const std::function<void()>& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class CommandTest : public testing::Test {
 protected:
  using Config = CommandOracle::Config;

  // A configuration that runs a shell script.
  Config Script(const std::string& script) const {
    Config config;
    config.command = {"sh", "-c", script, "script"};
    config.maximize = {"accuracy [percent]"};
    config.minimize = {"latency [ms]"};
    config.validation = {"accuracy"};
    config.dataset = "mnist";
    config.timeout = kHang;
    return config;
  }

  std::vector<double> Ask(const Config& config, const std::string& text = "0-1-2-0",
                          double fidelity = 1, std::uint64_t seed = 7) {
    CommandOracle oracle(lode::Host(host_.get()), config);
    oracle.Bind(grid_.space());
    return Ask(oracle, text, fidelity, seed);
  }
  std::vector<double> Ask(CommandOracle& oracle, const std::string& text, double fidelity = 1,
                          std::uint64_t seed = 7) {
    const lode::Architecture architecture = grid_.space().Parse(text);
    std::vector<double> metrics(oracle.Metrics().size());
    oracle.Evaluate({architecture, fidelity, seed}, metrics);
    return metrics;
  }

  // Returns why an evaluation by a script fails, without the code of lode::IoError at the front.
  std::string ScriptFailure(const std::string& script, double timeout = kHang) {
    Config config = Script(script);
    config.timeout = timeout;
    const std::string failure = lode::CodedFailure([&] { Ask(config); });
    EXPECT_THAT(failure, StartsWith("4 "));
    return failure.substr(std::min<std::size_t>(2, failure.size()));
  }

  // The same for a script that runs forever once it has created a file: the time-out is long enough
  // for that, however busy the machine is. Returns the text after the time.
  std::string TimeOut(const std::string& script, const std::string& file) {
    std::string failure;
    for (int timeout = 2; !fs::exists(file); timeout *= 4) {
      failure = ScriptFailure(script, timeout);
      const std::string expected = "no answer within " + std::to_string(timeout) + " s";
      EXPECT_THAT(failure, StartsWith(expected));
      failure.erase(0, expected.size());
    }
    return failure;
  }

  std::string InDirectory(const std::string& name) const { return (dir_.path() / name).string(); }

  lode::TemporaryDirectory dir_;
  NotingHost host_;
  const lode::test::Grid grid_{4, 3};
};

// ---- requests and answers

TEST_F(CommandTest, ReadsTheMetrics) {
  EXPECT_THAT(Ask(Script(kAnswer)), ElementsAre(91.5, 4));
  EXPECT_THAT(Ask(Script(R"(printf '{"latency": -3e2,\t"accuracy":0}')")), ElementsAre(0, -300));
  EXPECT_THAT(Ask(Script(R"(printf '\n  \n{"latency": 1, "accuracy":2}\r\n\n')")),
              ElementsAre(2, 1));
}

TEST_F(CommandTest, RequestsContainEverythingKnown) {
  Config config = Script("cat > " + InDirectory("request") + "; " + kAnswer);
  Ask(config, "0-1-2-0", 0.25, 0x1'8000'0005);
  const json row = {0, 1, 2};
  EXPECT_EQ(json::parse(ReadAll(InDirectory("request"))), json::parse(R"({
      "architecture": "0-1-2-0",
      "matrices": [{"name": "grid", "rows": 4, "columns": 3,
                    "row_labels": ["decision 0", "decision 1", "decision 2", "decision 3"],
                    "column_labels": ["0", "1", "2"],
                    "cells": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]}],
      "seed": 5, "fidelity": 0.25,
      "metrics": [{"name": "accuracy", "unit": "percent", "direction": "maximize",
                   "split": "validation", "dataset": "mnist"},
                  {"name": "latency", "unit": "ms", "direction": "minimize",
                   "split": "none", "dataset": ""}]})"));
}

TEST_F(CommandTest, ServesTheFidelitiesThatTheProgramKnows) {
  Config config = Script(kAnswer);
  const lode::Host host(host_.get());
  EXPECT_EQ(CommandOracle(host, config).Fidelities(), lode::Fidelities());
  config.lowest_fidelity = 0.1;
  EXPECT_EQ(CommandOracle(host, config).Fidelities(), lode::Fidelities::Range(0.1));
}

TEST_F(CommandTest, ReplacesPlaceholders) {
  std::ofstream(InDirectory("it is {seed}")) << "x";
  Config config =
      Script("printf '%s\\n' \"$@\" \"$WHAT\" > " + InDirectory("words") + "; " + kAnswer);
  config.program = InDirectory("it is {seed}");
  config.command.insert(config.command.end(), {"{architecture}", "{seed}{fidelity}", "a b",
                                               "{program}", "{}{A}{ seed}{", "$HOME", ""});
  config.environment = {"WHAT=in {program}"};
  Ask(config, "2-1-1-0", 0.5, 12);
  EXPECT_EQ(ReadAll(InDirectory("words")), "2-1-1-0\n120.5\na b\n" + config.program +
                                               "\n{}{A}{ seed}{\n$HOME\n\nin " + config.program +
                                               "\n");
}

TEST_F(CommandTest, ForwardsProgressAndLog) {
  Ask(Script(R"(printf '%s\n' '{"progress": 0}' '{"progress": 0.5, "message": "epoch\n1"}' \
                '{"log": "caf\u00e9"}'; )" +
             std::string(kAnswer)));
  EXPECT_THAT(host_.notes(), ElementsAre("0 ", "0.5 epoch 1", "log: caf\xc3\xa9"));
}

// Progress is forwarded while the program runs, and lines may arrive in pieces.
TEST_F(CommandTest, ForwardsImmediately) {
  const Config config = Script(
      R"(printf '{"prog'; sleep 0.1; printf 'ress": 0.25}\n'
         while ! test -e )" +
      InDirectory("go") + "; do sleep 0.02; done; " + kAnswer);
  std::thread watcher([&] {
    EXPECT_TRUE(Within(kHang, [&] { return host_.notes().size() == 1; }));
    std::ofstream(InDirectory("go")) << "x";
  });
  EXPECT_THAT(Ask(config), ElementsAre(91.5, 4));
  watcher.join();
  EXPECT_THAT(host_.notes(), ElementsAre("0.25 "));
}

TEST_F(CommandTest, SetsTheEnvironment) {
  ASSERT_EQ(setenv("LODE_TEST_KEPT", "k", 1), 0);
  ASSERT_EQ(setenv("LODE_TEST_CHANGED", "old", 1), 0);
  Config config = Script("echo \"$LODE_TEST_KEPT $LODE_TEST_CHANGED $LODE_TEST_NEW\" > " +
                         InDirectory("env") + "; " + kAnswer);
  config.environment = {"LODE_TEST_CHANGED=new", "LODE_TEST_NEW=a=b"};
  Ask(config);
  EXPECT_EQ(ReadAll(InDirectory("env")), "k new a=b\n");
}

// A copy of the program finds no other plugins: one space is enough, and each takes seconds.
TEST_F(CommandTest, KeepsTheContract) {
  const lode::TemporaryDirectory installation;
  fs::create_directory(installation.path() / "bin");
  const fs::path program = installation.path() / "bin/lode";
  fs::copy_file(lode::BuiltProgram(), program);
  const lode::test::Search search({}, program);
  EXPECT_EQ(
      search.Verify(
          lode::BuiltPlugin("command"), "command",
          {R"(command=["sh", "-c", 'set -- $(echo "$0" | cksum); echo "{\"checksum\": $1}"', "{architecture}"])",
           R"(maximize=["checksum"])"}),
      "");
}

// ---- refused before anything runs

TEST_F(CommandTest, RefusesInvalidConfigurations) {
  const auto refusal = [&](const std::function<void(Config&)>& change) {
    Config config = Script(kAnswer);
    change(config);
    return lode::CodedFailure([&] { Ask(config); });
  };
  EXPECT_EQ(refusal([](Config& c) { c.command.clear(); }),
            "1 command is empty, expected a program and its arguments");
  EXPECT_EQ(refusal([](Config& c) { c.command.emplace_back("{sed}"); }),
            "1 no placeholder is called {sed}, expected one of {architecture}, {fidelity}, "
            "{program}, {seed}");
  EXPECT_EQ(refusal([](Config& c) { c.environment = {"A={seed}"}; }),
            "1 no placeholder is called {seed}, expected one of {program}");
  EXPECT_EQ(refusal([](Config& c) { c.command.emplace_back("-x{program}"); }),
            "1 \"-x{program}\" needs program to be set");
  EXPECT_EQ(refusal([](Config& c) { c.command.emplace_back("a\0b", 3); }),
            "1 \"a\\x00b\" has a NUL character");
  EXPECT_EQ(refusal([](Config& c) { c.environment = {"OMP_NUM_THREADS"}; }),
            "1 environment has \"OMP_NUM_THREADS\", expected NAME=VALUE, as in "
            "\"OMP_NUM_THREADS=1\"");
  EXPECT_EQ(refusal([](Config& c) { c.minimize = {"log"}; }),
            "1 a metric is called \"log\", which has another meaning in the program's output");
  EXPECT_THAT(refusal([](Config& c) { c.maximize = c.minimize = {}; }), StartsWith("1 no metrics"));
  EXPECT_EQ(refusal([](Config& c) { c.program = "/nonexistent/train.py"; }),
            "4 program: there is no file /nonexistent/train.py");
}

TEST_F(CommandTest, NamesTheNearestProgram) {
  const auto refusal = [&](const std::string& name) {
    Config config = Script(kAnswer);
    config.command[0] = name;
    config.environment = {"PATH=/nonexistent:" + dir_.path().string()};
    return lode::CodedFailure([&] { Ask(config); });
  };
  std::ofstream(InDirectory("python3")) << "#!/bin/sh\n";
  std::ofstream(InDirectory("pyton")) << "not executable";
  fs::permissions(InDirectory("python3"), fs::perms::owner_all);
  EXPECT_EQ(refusal("pyton3"),
            "4 cannot run \"pyton3\": no such program in PATH (nearest: \"python3\")");
  EXPECT_EQ(refusal(InDirectory("pyton3")),
            "4 cannot run \"" + InDirectory("pyton3") + "\": no such file (nearest: \"python3\")");
  EXPECT_EQ(refusal(InDirectory("pyton")),
            "4 cannot run \"" + InDirectory("pyton") +
                "\": it is not an executable file (nearest: \"python3\")");
  EXPECT_THAT(refusal("./python3"), StartsWith("1 command begins with \"./python3\", expected"));
  EXPECT_THAT(refusal(""), StartsWith("1 command begins with \"\", expected"));
}

TEST_F(CommandTest, RunsTheProgramItself) {
  Config config = Script("");
  config.program = InDirectory("mine");
  config.command = {"{program}"};
  std::ofstream(config.program) << "#!/bin/sh\n" << kAnswer << "\n";
  fs::permissions(config.program, fs::perms::owner_all);
  EXPECT_THAT(Ask(config), ElementsAre(91.5, 4));
  std::ofstream(config.program) << "#!/nonexistent/python3\n";
  EXPECT_EQ(lode::CodedFailure([&] { Ask(config); }),
            "4 cannot run \"" + config.program + "\": the interpreter that it names is missing");
  std::ofstream(config.program) << "\x7f"
                                   "ELF nonsense";
  EXPECT_EQ(lode::CodedFailure([&] { Ask(config); }),
            "4 cannot run \"" + config.program + "\": Exec format error");
}

// ---- programs that fail

TEST_F(CommandTest, ReportsHowTheProgramEnded) {
  EXPECT_EQ(ScriptFailure("exit 3"), "exit status 3");
  EXPECT_EQ(ScriptFailure(std::string(kAnswer) + "; exit 1"), "exit status 1");
  EXPECT_EQ(
      ScriptFailure("echo first >&2; printf 'Error: b\\303\\244d \\001\\377!\\n\\n' >&2; exit 1"),
      "exit status 1: Error: b\xc3\xa4"
      "d  \xef\xbf\xbd!");
  EXPECT_EQ(ScriptFailure("printf '10%%\\r20%%\\r' >&2; exit 1"), "exit status 1: 20%");
  EXPECT_EQ(ScriptFailure("head -c 9000 /dev/zero | tr '\\0' x >&2; exit 1"),
            "exit status 1: " + std::string(300, 'x') + "...");
  EXPECT_EQ(ScriptFailure("echo out of memory >&2; kill -9 $$"),
            "killed by signal 9 (Killed): out of memory");
  EXPECT_EQ(ScriptFailure("kill -SEGV $$"), "killed by signal 11 (Segmentation fault)");
}

TEST_F(CommandTest, RefusesOutputThatIsNotAnAnswer) {
  const auto failure = [&](const std::string& lines) {
    const std::string text = ScriptFailure("cat <<'END'\n" + lines + "\nEND\n");
    EXPECT_THAT(text, StartsWith("standard output "));
    return text.substr(16);
  };
  EXPECT_EQ(failure(""), "ends without the metrics");
  EXPECT_EQ(failure("{\"progress\": 1}"), "ends without the metrics");
  EXPECT_EQ(failure("{\"progress\": 0.1}\nEpoch 1: 50 %"),
            "line 2 is not JSON: \"Epoch 1: 50 %\"; output that is not an answer belongs on "
            "standard error");
  EXPECT_EQ(failure("{\"accuracy\": 1, \"latency\": 2"),
            "line 1 is not JSON: \"{\"accuracy\": 1, \"latency\": 2\"; output that is not an "
            "answer belongs on standard error");
  EXPECT_EQ(failure("91.5"),
            "line 1 is not a JSON object: \"91.5\"; output that is not an answer belongs on "
            "standard error");
  EXPECT_EQ(failure(R"({"accuracy": 1, "latency": 2}{)"),
            "line 1 is not JSON: \"{\"accuracy\": 1, \"latency\": 2}{\"; output that is not an "
            "answer belongs on standard error");
  EXPECT_EQ(failure(R"({"accuracy": NaN, "latency": 2})"),
            "line 1 is not JSON: \"{\"accuracy\": NaN, \"latency\": 2}\"; a metric is a finite "
            "number");
  EXPECT_THAT(failure(R"({"accuracy": 1e999, "latency": 2})"), StartsWith("line 1 is not JSON: "));
  EXPECT_EQ(failure(R"({"accuracy": null, "latency": 2})"),
            "line 1 has the accuracy \"null\", expected a finite number");
  EXPECT_EQ(failure(R"({"accuracy": "91", "latency": 2})"),
            "line 1 has the accuracy \"\"91\"\", expected a finite number");
  const std::string deep = std::string(30'000, '[') + std::string(30'000, ']');
  EXPECT_EQ(failure("{\"accuracy\": " + deep + "}"),
            "line 1 has the accuracy as array, expected a finite number");
  EXPECT_EQ(failure(R"({"accuracy": 1})"), "line 1 lacks the metric \"latency\"");
  EXPECT_EQ(failure("{}"), "line 1 lacks the metric \"accuracy\"");
  EXPECT_EQ(
      failure(R"({"accuracy": 1, "latency": 4, "accuracy": 2})"),
      "line 1 has \"accuracy\" twice: \"{\"accuracy\": 1, \"latency\": 4, \"accuracy\": 2}\"");
  EXPECT_EQ(failure(R"({"progress": 0.1, "progress": 0.2})"),
            "line 1 has \"progress\" twice: \"{\"progress\": 0.1, \"progress\": 0.2}\"");
  EXPECT_THAT(failure(R"({"log": "a", "\u006cog": "b"})"),
              StartsWith("line 1 has \"log\" twice: "));
  EXPECT_EQ(
      failure(R"({"accuracy": 1, "latency": 2, "acuracy": 3})"),
      "line 1 has \"acuracy\", which is not a metric of the pipeline (nearest: \"accuracy\")");
  EXPECT_EQ(failure("{\"accuracy\": 1, \"latency\": 2}\n\n{\"progress\": 1}"),
            "line 3 comes after the metrics: \"{\"progress\": 1}\"");
  EXPECT_EQ(failure(R"({"progress": 30})"),
            "line 1 has the progress \"30\", expected a number from 0 to 1");
  EXPECT_EQ(failure(R"({"progress": "half"})"),
            "line 1 has the progress \"\"half\"\", expected a number from 0 to 1");
  EXPECT_EQ(failure(R"({"progress": 1, "accuracy": 3})"),
            "line 1 has \"accuracy\" next to \"progress\", expected \"message\", a text");
  EXPECT_EQ(failure(R"({"log": 3})"),
            "line 1 is not a log line, an object with only a text named \"log\": \"{\"log\": 3}\"");
}

TEST_F(CommandTest, InvalidOutputEndsTheProgramAtOnce) {
  EXPECT_LT(Seconds([&] {
              EXPECT_THAT(ScriptFailure("echo training; sleep 1000"),
                          StartsWith("standard output line 1 is not JSON: \"training\""));
            }),
            kHang / 2);
}

TEST_F(CommandTest, LimitsOutput) {
  EXPECT_EQ(ScriptFailure("long=$(head -c 9000 /dev/zero | tr '\\0' x); "
                          "yes '{\"progress\": 0.5, \"message\": \"'$long'\"}'"),
            "standard output exceeds 16 MiB");
  EXPECT_EQ(
      ScriptFailure("cat /dev/zero"), "standard output line 1 is longer than 64 KiB: \"" + [] {
        std::string zeros;
        for (int i = 0; i < 40; ++i) { zeros += "\\x00"; }
        return zeros;
      }() + "\"...");
  Config config = Script("yes | head -c 40000000 >&2; echo end >&2; exit 1");
  config.directory = InDirectory("work");
  EXPECT_EQ(lode::CodedFailure([&] { Ask(config); }),
            "4 exit status 1: end; see " + InDirectory("work/000001"));
  EXPECT_EQ(fs::file_size(InDirectory("work/000001/stderr.txt")),
            (std::size_t{16} << 20) + std::string("\n[the rest is not kept]\n").size());
}

TEST_F(CommandTest, NeitherStreamNeedsToBeUsed) {
  EXPECT_THAT(Ask(Script(std::string("exec <&-; ") + kAnswer)), ElementsAre(91.5, 4));
  EXPECT_EQ(ScriptFailure("exec >&- 2>&-; sleep 0.2; exit 4"), "exit status 4");
  EXPECT_EQ(ScriptFailure("exec >&-; sleep 1000", 0.3), "no answer within 0.3 s");
  EXPECT_THAT(Ask(Script(std::string(kAnswer) + "; exec >&- 2>&-; sleep 0.2")),
              ElementsAre(91.5, 4));
}

// ---- nothing survives

TEST_F(CommandTest, HangingProgramsAreEnded) {
  const std::string pids = InDirectory("pids");
  EXPECT_EQ(TimeOut("sleep 1000 & echo waiting >&2; echo $$ $! > " + pids + "; sleep 1000", pids),
            ": waiting");
  for (const int process : WaitForNumbers(pids, 2)) { EXPECT_FALSE(IsRunning(process)); }
}

TEST_F(CommandTest, SigtermIsSentFirst) {
  TimeOut("trap 'echo bye > " + InDirectory("said") + "; exit' TERM; echo > " +
              InDirectory("ready") + "; while true; do sleep 0.05; done",
          InDirectory("ready"));
  EXPECT_EQ(ReadAll(InDirectory("said")), "bye\n");
}

TEST_F(CommandTest, IgnoringSigtermDoesNotHelp) {
  const std::string pids = InDirectory("pids");
  TimeOut("trap '' TERM; (sleep 1000; sleep 1000) & echo $$ $! > " + pids +
              "; while true; do sleep 1; done",
          pids);
  for (const int process : WaitForNumbers(pids, 2)) { EXPECT_FALSE(IsRunning(process)); }
}

TEST_F(CommandTest, ChildrenLeftBehindDoNotDelayTheResult) {
  const std::string pids = InDirectory("pids");
  EXPECT_LT(Seconds([&] {
              EXPECT_THAT(Ask(Script("sleep 1000 & echo $! > " + pids + "; " + kAnswer)),
                          ElementsAre(91.5, 4));
            }),
            60);
  EXPECT_FALSE(IsRunning(WaitForNumbers(pids, 1)[0]));
  // A child that left the group and holds the streams is not waited for, and does not survive.
  EXPECT_LT(Seconds([&] {
              EXPECT_THAT(Ask(Script("setsid sleep 90 & echo $! > " + pids + "; " + kAnswer)),
                          ElementsAre(91.5, 4));
            }),
            60);
  EXPECT_FALSE(IsRunning(WaitForNumbers(pids, 1)[0]));
}

// Every way to leave: a group, a session, a parent, the environment, all streams, and several of
// them at once; also a child that ignores SIGTERM, one that is stopped, and one that starts others
// until it is killed.
TEST_F(CommandTest, NothingThatAProgramStartsOutlivesIt) {
  const std::string pids = InDirectory("pids");
  for (const std::string& leave : std::vector<std::string>{
           "sleep 1000 &", "setsid sleep 1000 &", "(setsid sleep 1000 &) ", "(sleep 1000 &)",
           "env -i setsid sh -c '(sleep 1000 & echo $! >> " + pids +
               ")' > /dev/null 2>&1 < /dev/null &",
           "setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' &",
           "setsid sh -c 'kill -STOP $$' &",
           "setsid sh -c 'while :; do (setsid sleep 0.05 &); sleep 0.01; done' &"}) {
    fs::remove(pids);
    std::string script = leave;
    if (script.find("echo") == std::string::npos) {
      script += script.ends_with('&') ? " echo $! >> " + pids : "; echo $$ >> " + pids;
    }
    const std::string mark = "LODE_TEST_CHILD=" + InDirectory(std::to_string(leave.size()));
    const std::string separator = script.ends_with('&') ? " " : "; ";
    Config config = Script("export " + mark + "; " + script + separator + "while [ ! -s " + pids +
                           " ]; do sleep 0.05; done; " + kAnswer);
    EXPECT_THAT(Ask(config), ElementsAre(91.5, 4)) << leave;
    for (const int process : WaitForNumbers(pids, 1)) { EXPECT_FALSE(IsRunning(process)) << leave; }
    EXPECT_TRUE(ProcessesWith(mark).empty()) << leave;
  }
}

TEST_F(CommandTest, CancellationEndsTheProgram) {
  const std::string pids = InDirectory("pids");
  for (const std::string& script :
       {"echo $$ > " + pids + "; sleep 1000", "trap '' TERM; echo $$ > " + pids + "; sleep 1000"}) {
    fs::remove(pids);
    NotingHost host;
    CommandOracle oracle(lode::Host(host.get()), Script(script));
    oracle.Bind(grid_.space());
    std::string failure;
    std::thread evaluation([&] { failure = lode::CodedFailure([&] { Ask(oracle, "0-0-0-0"); }); });
    const int process = WaitForNumbers(pids, 1)[0];
    EXPECT_LT(Seconds([&] {
                host.Cancel();
                evaluation.join();
              }),
              kHang / 2);
    EXPECT_EQ(failure, "3 cancelled");
    EXPECT_FALSE(IsRunning(process));
  }
}

TEST_F(CommandTest, DiesWithItsHost) {
  const std::string pids = InDirectory("pids");
  const Config config = Script("(env -i setsid sleep 1000 > /dev/null 2>&1 & echo $! >> " + pids +
                               "); sleep 1000 & echo $! $$ >> " + pids + "; exec sleep 1000");
  const pid_t host = fork();
  if (host == 0) {
    lode::CodedFailure([&] { Ask(config); });
    _exit(0);
  }
  const std::vector<int> processes = WaitForNumbers(pids, 3);
  for (const int process : processes) { EXPECT_TRUE(IsRunning(process)); }
  kill(host, SIGKILL);
  waitpid(host, nullptr, 0);
  for (const int process : processes) {
    EXPECT_TRUE(Within(kHang, [&] { return !IsRunning(process); }));
  }
}

std::size_t OpenDescriptors() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

TEST_F(CommandTest, RemovesOnlyTheRemainsOfKilledProcesses) {
  const std::string temporary = InDirectory("tmp");
  fs::create_directory(temporary);
  const std::string others = temporary + "/lode-command-other", gone = temporary + "/gone";
  fs::create_directory(others);
  fs::create_directory(temporary + "/precious");
  std::ofstream(temporary + "/precious/file") << "mine\n";
  fs::create_directory_symlink(temporary + "/precious", temporary + "/lode-command-run-link");
  const auto start = [&](const std::string& pids) {
    const pid_t host = fork();
    if (host == 0) {
      setenv("TMPDIR", temporary.c_str(), 1);
      lode::CodedFailure([&] {
        Ask(Script("touch made; pwd > " + pids + ".where; echo $$ > " + pids +
                   "; exec sleep 1000"));
      });
      _exit(0);
    }
    WaitForNumbers(pids, 1);
    return host;
  };
  const auto where = [](const std::string& pids) {
    std::string text = ReadAll(pids + ".where");
    return text.substr(0, text.find('\n'));
  };
  const pid_t killed = start(InDirectory("killed"));
  kill(killed, SIGKILL);
  waitpid(killed, nullptr, 0);
  ASSERT_TRUE(fs::exists(where(InDirectory("killed")) + "/made"));
  EXPECT_TRUE(Within(60, [&] { return !IsRunning(WaitForNumbers(InDirectory("killed"), 1)[0]); }));
  const pid_t living = start(InDirectory("living"));  // has removed abandoned directories
  EXPECT_FALSE(fs::exists(where(InDirectory("killed"))));
  const pid_t third = start(InDirectory("third"));
  EXPECT_TRUE(fs::exists(where(InDirectory("living")) + "/made"));
  EXPECT_TRUE(fs::exists(others));
  EXPECT_TRUE(fs::exists(temporary + "/precious/file"));
  for (const pid_t host : {living, third}) {
    kill(host, SIGKILL);
    waitpid(host, nullptr, 0);
  }
}

TEST_F(CommandTest, LeavesNoDescriptorNoZombieAndNoFile) {
  const std::string temporary = InDirectory("tmp");
  fs::create_directory(temporary);
  ASSERT_EQ(setenv("TMPDIR", temporary.c_str(), 1), 0);
  const std::size_t before = OpenDescriptors();
  Ask(Script(std::string("mkdir -p a/b; touch a/b/c; ") + kAnswer));
  ScriptFailure("exit 1");
  ScriptFailure("cat /dev/zero");
  ScriptFailure("sleep 1000", 0.1);
  Config missing = Script(kAnswer);
  missing.program = InDirectory("mine");
  missing.command = {"{program}"};
  std::ofstream(missing.program) << "#!/nonexistent/python3\n";
  fs::permissions(missing.program, fs::perms::owner_all);
  lode::CodedFailure([&] { Ask(missing); });
  EXPECT_EQ(OpenDescriptors(), before);
  EXPECT_TRUE(fs::is_empty(temporary));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  unsetenv("TMPDIR");
}

// The host's open files, blocked signals and ignored signals do not reach the program.
TEST_F(CommandTest, InheritsNothing) {
  const int inherited = fcntl(STDERR_FILENO, F_DUPFD, 100);
  ASSERT_GE(inherited, 100);
  const auto old_handler = signal(SIGUSR1, SIG_IGN);
  sigset_t blocked, old_mask;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &blocked, &old_mask);
  Ask(Script("test -e /proc/self/fd/" + std::to_string(inherited) + " && echo fd > " +
             InDirectory("found") + "; grep -E 'Sig(Blk|Ign)' /proc/self/status > " +
             InDirectory("signals") + "; " + kAnswer));
  pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
  signal(SIGUSR1, old_handler);
  close(inherited);
  EXPECT_FALSE(fs::exists(InDirectory("found")));
  EXPECT_EQ(ReadAll(InDirectory("signals")),
            "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

// ---- directories, concurrency

TEST_F(CommandTest, KeepsDirectoriesByNumber) {
  Config config = Script("touch here; echo noise >&2; " + std::string(kAnswer));
  config.directory = InDirectory("a/kept");
  fs::create_directories(InDirectory("a/kept/000002"));
  CommandOracle oracle(lode::Host(host_.get()), config);
  oracle.Bind(grid_.space());
  Ask(oracle, "0-0-0-0");
  Ask(oracle, "1-1-1-1");
  EXPECT_TRUE(fs::is_empty(InDirectory("a/kept/000002")));
  for (const auto& [number, text] : {std::pair("000001", "0-0-0-0"), {"000003", "1-1-1-1"}}) {
    const fs::path directory = fs::path(config.directory) / number;
    EXPECT_EQ(json::parse(ReadAll(directory / "request.json"))["architecture"], text);
    EXPECT_EQ(ReadAll(directory / "stderr.txt"), "noise\n");
    EXPECT_TRUE(fs::exists(directory / "here"));
  }
}

TEST_F(CommandTest, ReportsADirectoryThatCannotBeCreated) {
  std::ofstream(InDirectory("file")) << "x";
  Config config = Script(kAnswer);
  config.directory = InDirectory("file/work");
  EXPECT_EQ(lode::CodedFailure([&] { Ask(config); }),
            "4 " + config.directory + ": cannot be created: Not a directory");
}

TEST_F(CommandTest, EvaluatesSeveralAtOnce) {
  Config config = Script(R"(sleep 0.05; echo "$1" | tr -d - > mine; echo late >&2; sleep 0.05
                            echo "{\"accuracy\": $(cat mine), \"latency\": 0}")");
  config.command.emplace_back("{architecture}");
  config.directory = InDirectory("work");
  CommandOracle oracle(lode::Host(host_.get()), config);
  oracle.Bind(grid_.space());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const std::string text = "1-" + std::to_string(t % 3) + "-" + std::to_string(i % 3) + "-2";
        const double expected = 1002 + 100 * (t % 3) + 10 * (i % 3);
        EXPECT_EQ(Ask(oracle, text)[0], expected);
      }
    });
  }
  for (std::thread& thread : threads) { thread.join(); }
  EXPECT_TRUE(fs::exists(InDirectory("work/000020")));
  EXPECT_FALSE(fs::exists(InDirectory("work/000021")));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

// A child that takes a lock between fork and exec hangs if another thread held it at the fork.
TEST(ProcessTest, ManyThreadsStartProgramsAtOnce) {
  const Program program{"/bin/true", {"true"}, {}, "/", "/dev/null"};
  const Follower follower{[](std::string_view) {}, [](std::string_view) {}, [] {}};
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) { good += Process(program).Follow(follower).good() ? 1 : 0; }
    });
  }
  for (std::thread& thread : threads) { thread.join(); }
  EXPECT_EQ(good, 8 * 250);
}

// ---- programs that serve

class ServingTest : public CommandTest {
 protected:
  // The script answers each line of its input in a loop; `$n` counts them in each process.
  Config Serving(const std::string& script) const {
    Config config = Script("n=0; echo $$ >> " + InDirectory("started") +
                           "; while read -r request; do n=$((n + 1)); " + script + "; done");
    config.serve = true;
    config.environment = {"LODE_TEST=" + dir_.path().string()};
    return config;
  }
  std::size_t Started() const {
    const std::string text = ReadAll(InDirectory("started"));
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  std::unique_ptr<CommandOracle> Make(const Config& config) {
    auto oracle = std::make_unique<CommandOracle>(lode::Host(host_.get()), config);
    oracle->Bind(grid_.space());
    return oracle;
  }
  std::string FailureOf(CommandOracle& oracle, const std::string& text) {
    return lode::CodedFailure([&] { Ask(oracle, text); });
  }
};

constexpr const char* kCount = R"(echo "{\"accuracy\": $n, \"latency\": $LODE_WORKER}")";

TEST_F(ServingTest, OneProgramAnswersManyRequests) {
  const auto oracle = Make(Serving(kCount));
  for (int n = 1; n <= 5; ++n) { EXPECT_THAT(Ask(*oracle, "0-1-2-0"), ElementsAre(n, 0)); }
  EXPECT_EQ(Started(), 1u);
}

TEST_F(ServingTest, ItEndsWithTheOracle) {
  auto oracle = Make(Serving("sleep 1000 & echo $! >> " + InDirectory("child") + "; " + kCount));
  Ask(*oracle, "0-1-2-0");
  Ask(*oracle, "0-1-2-1");
  std::vector<int> processes = WaitForNumbers(InDirectory("child"), 2);
  processes.push_back(WaitForNumbers(InDirectory("started"), 1).front());
  for (const int process : processes) { EXPECT_TRUE(IsRunning(process)); }
  oracle.reset();
  for (const int process : processes) {
    EXPECT_TRUE(Within(kHang, [&] { return !IsRunning(process); }));
  }
}

TEST_F(ServingTest, AFailureCostsItsTrialAndTheProgramIsReplaced) {
  const std::string directory = InDirectory("");
  const struct {
    const char* script;
    const char* reason;
  } kFaults[] = {{"echo lost >&2; exit 3", "exit status 3: lost"},
                 {"kill -SEGV $$", "killed by signal 11"},
                 {"exit 0", "standard output ends without the metrics"},
                 {"echo rubbish", "standard output line 1 is not JSON"},
                 {"echo '{\"accuracy\": 1}'", "lacks the metric \"latency\""}};
  for (const auto& [script, reason] : kFaults) {
    const auto oracle = Make(Serving(std::string("case $request in *0-0-0-0*) ") + script +
                                     ";; *) " + kCount + ";; esac"));
    EXPECT_THAT(Ask(*oracle, "0-1-2-0"), ElementsAre(1, 0));
    EXPECT_THAT(FailureOf(*oracle, "0-0-0-0"), HasSubstr(reason)) << script;
    EXPECT_THAT(Ask(*oracle, "0-1-2-0"), ElementsAre(1, 0)) << script;
    EXPECT_THAT(Ask(*oracle, "0-1-2-0"), ElementsAre(2, 0)) << script;
  }
}

TEST_F(ServingTest, AProgramThatHangsIsEnded) {
  Config config = Serving("sleep 1000 & wait");
  config.timeout = 1;
  const auto oracle = Make(config);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(FailureOf(*oracle, "0-0-0-0"), HasSubstr("no answer within 1 s"));
  }
  EXPECT_THAT(ProcessesWith("LODE_TEST=" + dir_.path().string()), testing::IsEmpty());
}

// It may end by itself between two requests, as after a number of them.
TEST_F(ServingTest, AProgramThatHasEndedIsReplaced) {
  const auto oracle = Make(Serving(std::string(kCount) + "; [ $n -lt 2 ] || exit 0"));
  for (int n = 1; n <= 6; ++n) {
    EXPECT_THAT(Ask(*oracle, "0-1-2-0"), ElementsAre(n % 2 == 1 ? 1 : 2, 0));
    const std::vector<int> started = WaitForNumbers(InDirectory("started"), Started());
    if (n % 2 == 0) {
      EXPECT_TRUE(Within(kHang, [&] { return !IsRunning(started.back()); }));
    }
  }
  EXPECT_EQ(Started(), 3u);
}

TEST_F(ServingTest, WhatComesAfterTheAnswerIsNotTheNextAnswer) {
  const auto oracle =
      Make(Serving(std::string(kCount) + "; " + kCount + "; echo > " + InDirectory("said")));
  // Together with the answer it fails the trial; later, it costs nothing but the program.
  const std::string failure = FailureOf(*oracle, "0-1-2-0");
  if (failure.empty()) {
    EXPECT_TRUE(Within(kHang, [&] { return fs::exists(InDirectory("said")); }));
  } else {
    EXPECT_THAT(failure, HasSubstr("comes after the metrics"));
  }
  const std::string next = FailureOf(*oracle, "0-1-2-0");
  if (!next.empty()) { EXPECT_THAT(next, HasSubstr("comes after the metrics")); }
  EXPECT_EQ(Started(), 2u);
}

TEST_F(ServingTest, EachWorkerHasItsNumberAndItsDevice) {
  Config config = Serving("echo $LODE_WORKER $LODE_DEVICE >> " + InDirectory("devices") +
                          "; case $request in *0-0-0-0*) while [ ! -e " + InDirectory("go") +
                          " ]; do sleep 0.01; done;; esac; " + kCount);
  config.devices = {"gpu:0", "gpu:1"};
  const auto oracle = Make(config);
  std::vector<double> first;
  std::thread other([&] { first = Ask(*oracle, "0-0-0-0"); });
  EXPECT_TRUE(Within(kHang, [&] { return !ReadAll(InDirectory("devices")).empty(); }));
  EXPECT_EQ(Ask(*oracle, "0-1-2-0")[1], 1);
  EXPECT_EQ(Ask(*oracle, "0-1-2-0")[1], 1);
  std::ofstream(InDirectory("go")) << "go";
  other.join();
  EXPECT_EQ(first[1], 0);
  EXPECT_EQ(ReadAll(InDirectory("devices")), "0 gpu:0\n1 gpu:1\n1 gpu:1\n");
}

TEST_F(ServingTest, ProgramsThatDoNotServeHaveDevicesToo) {
  Config config =
      Script(R"(echo "{\"accuracy\": ${LODE_DEVICE#gpu:}, \"latency\": $LODE_WORKER}")");
  config.devices = {"gpu:7"};
  EXPECT_THAT(Ask(config), ElementsAre(7, 0));
}

TEST_F(ServingTest, StandardErrorIsThatOfTheRequest) {
  Config config = Serving(std::string("echo of $n >&2; ") + kCount);
  config.directory = InDirectory("work");
  const auto oracle = Make(config);
  Ask(*oracle, "0-1-2-0");
  Ask(*oracle, "0-1-2-1");
  for (const std::string n : {"1", "2"}) {
    const fs::path directory = fs::path(InDirectory("work")) / ("00000" + n);
    EXPECT_EQ(ReadAll(directory / "stderr.txt"), "of " + n + "\n");
    EXPECT_EQ(json::parse(ReadAll(directory / "request.json"))["directory"], directory.string());
  }
}

TEST_F(ServingTest, ACommandCannotDependOnTheRequest) {
  Config config = Serving(kCount);
  config.command.emplace_back("{seed}");
  EXPECT_THAT(lode::CodedFailure([&] { Make(config); }), HasSubstr("seed"));
}

TEST_F(ServingTest, WorkerProcessesAreRefused) {
  const lode::ScopedVariable worker("LODE_WORKER",
                                    "123.4");  // as core/exec/worker_process.cc has it
  EXPECT_THAT(lode::CodedFailure([&] { Make(Serving(kCount)); }), HasSubstr("isolate = false"));
  Config config = Script(kAnswer);
  config.devices = {"gpu:0"};
  EXPECT_THAT(lode::CodedFailure([&] { Make(config); }), HasSubstr("isolate = false"));
  EXPECT_THAT(Ask(Script(kAnswer)), ElementsAre(91.5, 4));
}

// More than sockets and pipes hold, in both directions.
TEST_F(ServingTest, LargeInputIsWrittenWhileOutputIsRead) {
  const std::string input(std::size_t{8} << 20, 'x');
  const lode::ScopedVariable path("PATH", "/usr/bin:/bin");
  Process cat(
      {FindProgram("cat", MakeEnvironment({})), {"cat"}, MakeEnvironment({}), dir_.path(), {}});
  std::size_t read = 0;
  const Follower follower{[&](std::string_view bytes) { read += bytes.size(); },
                          [](std::string_view) {}, [] {}};
  cat.Send(input, follower);
  EXPECT_FALSE(cat.FollowUntil(follower, [&] { return read == input.size(); }));
  EXPECT_TRUE(cat.IsQuiet());
}

}  // namespace
}  // namespace command
