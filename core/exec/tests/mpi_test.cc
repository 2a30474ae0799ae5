// Runs under a real mpirun: the trials are the same as with local workers, and faults end as they
// should.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <lode/testing.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

const fs::path kBuild = LODE_BINARY_DIR;

std::string Read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string Joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) { line += (line.empty() ? "'" : " '") + word + "'"; }
  return line;
}

class MpiTest : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v mpirun >/dev/null") != 0) { GTEST_SKIP() << "there is no mpirun"; }
  }

  ~MpiTest() override {
    EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); }));
  }

  // Starts a command in shell notation; Finish waits for its end.
  pid_t StartCommand(const std::string& command) const {
    return test::StartProcess({"/bin/sh", "-c", "exec " + command},
                              {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                               {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
                               {"XDG_CACHE_HOME", (directory_.path() / "cache").string()},
                               {"TMPDIR", directory_.path().string()}},
                              directory_.path(), "command.out", "command.err");
  }
  Outcome FinishCommand(pid_t child) const {
    const int status = test::WaitForEnd(child);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            Read(directory_.path() / "command.out"), Read(directory_.path() / "command.err")};
  }
  Outcome RunCommand(const std::string& command) const {
    return FinishCommand(StartCommand(command));
  }

  std::string Mpirun(const std::string& options = "-n 3 --oversubscribe") const {
    return "mpirun " + options + " " + (kBuild / "bin/lode").string() + " ";
  }

  // A search on nb201 with the faulty oracle, kept in `out`.
  std::vector<std::string> Arguments(const std::string& out,
                                     const std::vector<std::string>& overrides) const {
    std::vector<std::string> arguments = {
        "--plugin", (kBuild / "tests/plugins/faulty_oracle.lode.so").string(),
        "run",      SourceFile("configs/nb201/rea.toml").string(),
        "--seeds",  "2",
        "--out",    (directory_.path() / out).string()};
    std::vector<std::string> changes = {
        "oracle={use=\"faulty_oracle\", every=7, notes=\"" + notes_.string() + "\"}",
        "budget={steps=150}", "reward={metric=\"checksum\"}"};
    AppendSettings(arguments, changes);
    AppendSettings(arguments, overrides);
    return arguments;
  }

  // Returns everything in the store of a run except when it was created.
  std::string Dump(const std::string& out, const std::string& seed = "seed-0") const {
    const fs::path run = directory_.path() / out / seed;
    return Select(run, "SELECT * FROM trials ORDER BY step") +
           Select(run, "SELECT step, hex(action) FROM trial ORDER BY step") +
           Select(run, "SELECT * FROM evaluation ORDER BY id") +
           Select(run, "SELECT * FROM record ORDER BY step, evaluation, position");
  }

  void ExpectSame(const std::string& one, const std::string& other) const {
    for (const char* seed : {"seed-0", "seed-1"}) {
      EXPECT_EQ(Dump(one, seed), Dump(other, seed)) << seed;
      EXPECT_EQ(Select(directory_.path() / one / seed, "SELECT count(*) FROM trials"), "150\n");
    }
  }

  // Returns the processes that mpirun has started as this rank, without those they have started.
  std::vector<pid_t> Rank(const std::string& rank) const {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      const pid_t process = std::atoi(entry.path().filename().c_str());
      if (process == 0 || ReadProc(process, "comm") != "lode\n") { continue; }
      const std::string environment = ReadProc(process, "environ");
      if (environment.find("OMPI_COMM_WORLD_RANK=" + rank) < environment.size() &&
          environment.find(directory_.path().string()) < environment.size() &&
          environment.find("LODE_WORKER=") > environment.size()) {
        found.push_back(process);
      }
    }
    return found;
  }

  const TemporaryDirectory directory_;
  const fs::path notes_ = directory_.path() / "notes";
  const Program lode_{directory_.path()};
};

TEST_F(MpiTest, ThreeRanksAreTwoWorkers) {
  for (const char* fault : {"none", "crash"}) {
    const std::string setting = std::string("oracle.fault=") + fault;
    const std::string local = std::string("local-") + fault, mpi = std::string("mpi-") + fault;
    ASSERT_EQ(lode_.Run(Arguments(local, {setting, "execution.workers=2"})).status, 0);
    const Outcome outcome = RunCommand(Mpirun() + Joined(Arguments(mpi, {setting})));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    ExpectSame(local, mpi);
  }
  EXPECT_THAT(
      Select(directory_.path() / "mpi-crash/seed-0", "SELECT DISTINCT failure FROM failures"),
      HasSubstr("oracle process: killed by signal 11 (Segmentation fault)"));
}

TEST_F(MpiTest, ATransientFailureIsAskedAgain) {
  ASSERT_EQ(lode_.Run(Arguments("local", {"execution.workers=2"})).status, 0);
  const Outcome outcome = RunCommand(
      Mpirun() + Joined(Arguments(
                     "mpi", {"oracle.fault=passing", "oracle.every=31",
                             "execution={on_error=\"retry\", retries=2}"})));  // once on each rank
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("failed and is repeated"));
  for (const char* seed : {"seed-0", "seed-1"}) {
    const char* trials = "SELECT * FROM trials ORDER BY step";
    EXPECT_EQ(Select(directory_.path() / "mpi" / seed, trials),
              Select(directory_.path() / "local" / seed, trials));
  }
}

TEST_F(MpiTest, AHangOnARankCostsItsTrial) {
  const Outcome outcome = RunCommand(
      Mpirun() + Joined(Arguments("hang", {"oracle.fault=hang", "oracle.every=5",
                                           "budget={steps=20}", "execution.timeout_seconds=1"})));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Select(directory_.path() / "hang/seed-0", "SELECT DISTINCT failure FROM failures"),
            "oracle process: took longer than the timeout of 1 s\n");
}

TEST_F(MpiTest, ErrorsEndAllRanks) {
  const Outcome refused =
      RunCommand(Mpirun() + Joined(Arguments("refused", {"oracle.create=throws"})));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("oracle 'faulty_oracle': thrown from create"));
  const Outcome mistaken = RunCommand(Mpirun() + Joined(Arguments("mistaken", {"oracle.evry=3"})));
  EXPECT_EQ(mistaken.status, 2);
  EXPECT_THAT(mistaken.err, HasSubstr("did you mean 'every'?"));
  EXPECT_EQ(mistaken.err.find("did you mean"), mistaken.err.rfind("did you mean"));  // said once
}

TEST_F(MpiTest, ALostWorkerDoesNotEndOtherRuns) {
  const Outcome outcome = RunCommand(
      Mpirun() + Joined(Arguments("lost", {"grid={\"oracle.create\"=[\"killed\", \"well\"]}"})));
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, ContainsRegex("seed 1: rank [12]: oracle process: killed by signal 9"));
  const fs::path well = directory_.path() / "lost/oracle.create=well";
  for (const char* seed : {"seed-0", "seed-1"}) {
    EXPECT_EQ(Select(well / seed, "SELECT count(*) FROM trials"), "150\n");
  }
}

TEST_F(MpiTest, OtherSubcommandsAreRunOnce) {
  const Outcome outcome = RunCommand(Mpirun() + "plugins");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, lode_.Run({"plugins"}).out);
}

TEST_F(MpiTest, ARankThatIsKilledEndsTheJobAndTheStoreStaysGood) {
  const pid_t job = StartCommand(
      Mpirun() + Joined(Arguments("killed", {"oracle.delay_ms=20", "budget={steps=100000}"})));
  const fs::path run = directory_.path() / "killed/seed-0";
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(run / "run.db"); }));
  ASSERT_TRUE(WaitUntil([&] { return Select(run, "SELECT count(*) > 9 FROM trial") == "1\n"; }));
  for (const pid_t process : Rank("2")) { kill(process, SIGKILL); }
  EXPECT_NE(FinishCommand(job).status, 0);
  EXPECT_EQ(Select(run, "PRAGMA integrity_check"), "ok\n");
  EXPECT_NE(Select(run, "SELECT count(*) FROM trials"), "0\n");
  EXPECT_TRUE(WaitUntil([&] { return Rank("0").empty() && Rank("1").empty(); }));
}

TEST_F(MpiTest, AJobThatIsToldToEndContinuesWithTheSameTrials) {
  ASSERT_EQ(lode_.Run(Arguments("whole", {"execution.workers=2"})).status, 0);
  const fs::path cut = directory_.path() / "cut/seed-0";
  const pid_t job = StartCommand(Mpirun() + Joined(Arguments("cut", {"oracle.delay_ms=20"})));
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(cut / "run.db"); }));
  ASSERT_TRUE(WaitUntil([&] { return Select(cut, "SELECT count(*) > 9 FROM trial") == "1\n"; }));
  kill(job, SIGTERM);
  EXPECT_NE(FinishCommand(job).status, 0);
  ASSERT_TRUE(WaitUntil([&] { return Rank("0").empty(); }));  // mpirun may end before its ranks
  const std::string directory = (directory_.path() / "cut").string();
  const std::string plugin = (kBuild / "tests/plugins/faulty_oracle.lode.so").string();
  const Outcome resumed = RunCommand(Mpirun() + Joined({"--plugin", plugin, "resume", directory}));
  EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
  EXPECT_EQ(Dump("whole"), Dump("cut"));
}

// Two hosts: network namespaces connected by a cable.
class Hosts {
 public:
  Hosts() {
    const std::string id = std::to_string(getpid() % 10000);
    names_ = {"lodea" + id, "lodeb" + id};
    made_ = Run("ip netns add " + names_[0]) && Run("ip netns add " + names_[1]) &&
            Run("ip link add va" + id + " netns " + names_[0] + " type veth peer name vb" + id +
                " netns " + names_[1]) &&
            Configure(names_[0], "va" + id, "10.213.7.1") &&
            Configure(names_[1], "vb" + id, "10.213.7.2");
  }
  ~Hosts() {
    for (const std::string& name : names_) { Run("ip netns del " + name); }
  }
  bool made() const { return made_; }
  const std::string& name(std::size_t i) const { return names_[i]; }

 private:
  static bool Run(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
  }
  static bool Configure(const std::string& name, const std::string& link,
                        const std::string& address) {
    const std::string in = "ip -n " + name;
    return Run(in + " link set lo up") && Run(in + " addr add " + address + "/24 dev " + link) &&
           Run(in + " link set " + link + " up");
  }

  std::vector<std::string> names_;
  bool made_ = false;
};

TEST_F(MpiTest, HostsThatShareOnlyANetwork) {
  const Hosts hosts;
  if (!hosts.made()) { GTEST_SKIP() << "network namespaces cannot be made here"; }
  // mpirun calls it instead of ssh: AGENT HOST COMMAND...
  const fs::path agent = directory_.path() / "agent";
  std::ofstream(agent) << "#!/bin/sh\nhost=$1\nshift\nexec ip netns exec " << hosts.name(1)
                       << " sh -c \"$*\"\n";
  fs::permissions(agent, fs::perms::owner_all);
  ASSERT_EQ(lode_.Run(Arguments("local", {"execution.workers=2"})).status, 0);
  const Outcome outcome = RunCommand(
      "ip netns exec " + hosts.name(0) + " " +
      Mpirun("--host 10.213.7.1:1,10.213.7.2:2 -n 3 --mca plm_rsh_agent " + agent.string() +
             " --mca btl tcp,self --mca btl_tcp_if_include 10.213.7.0/24"
             " --mca oob_tcp_if_include 10.213.7.0/24") +
      Joined(Arguments("mpi", {})));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  ExpectSame("local", "mpi");
}

}  // namespace
}  // namespace lode::core
