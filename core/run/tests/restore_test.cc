// Searches whose optimizer trains a relaxed network: they are restored, not replayed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/program.h"
#include "tests/stored_files.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr int kBatches = 3;  // of an epoch of the quadratic network

class RestoreTest : public testing::Test {
 protected:
  void Write(const std::string& budget, const std::string& more = "",
             const std::string& oracle = "") const {
    std::ofstream(Path("pipeline.toml"))
        << "[pipeline]\nname = \"trained\"\n[space]\nuse = \"nb201\"\n[[oracle]]\nuse = "
           "\"quadratic\"\nnotes = \""
        << Path("notes").string() << "\"\n"
        << oracle
        << "\n[[oracle]]\nuse = \"analytic\"\n[reward]\nmetric = \"network_accuracy\"\n[budget]\n"
        << budget << "\n[optimizer]\nuse = \"descent\"\n"
        << more;
  }

  fs::path Path(const std::string& name) const { return directory_.path() / name; }

  std::vector<std::string> Running() const {
    return {"run", Path("pipeline.toml").string(), "--out", Path("out").string(), "--resume"};
  }

  // Returns the files that a search leaves, and removes them.
  std::map<std::string, std::string> Taken() const {
    std::map<std::string, std::string> files = StoredFiles(Path("out"));
    fs::remove_all(Path("out"));
    return files;
  }

  // The batches of all weight steps so far.
  std::vector<std::string> Steps() const { return Lines(ContentOf(Path("notes"))); }

  void KillAfter(microseconds time) const {
    const pid_t child = lode_.Start(Running());
    std::this_thread::sleep_for(time);
    kill(child, SIGKILL);
    lode_.Finish(child);
  }

  void ExpectSameAfterKills(int kills) const {
    const auto start = Clock::now();
    const Outcome whole = lode_.Run(Running());
    ASSERT_EQ(whole.status, 0) << whole.err;
    const auto time = std::chrono::duration_cast<microseconds>(Clock::now() - start);
    const std::map<std::string, std::string> expected = Taken();
    std::mt19937 random(7);
    std::uniform_int_distribution<microseconds::rep> moment(0, time.count());
    for (int kill = 0; kill < kills; kill += 2) {
      KillAfter(microseconds(moment(random)));
      KillAfter(microseconds(moment(random) / 2));  // the resuming program
      const Outcome resumed = lode_.Run(Running());
      ASSERT_EQ(resumed.status, 0) << resumed.out << resumed.err;
      const std::map<std::string, std::string> files = Taken();
      ASSERT_EQ(files.size(), expected.size()) << "kill " << kill;
      for (const auto& [name, content] : files) {
        ASSERT_TRUE(content == expected.at(name)) << name << ", kill " << kill;
      }
    }
  }

  static int Kills() {
    const char* kills = std::getenv("LODE_KILLS");
    return kills != nullptr ? std::atoi(kills) : 4;
  }

  const TemporaryDirectory directory_;
  const Program lode_ = WithTestPlugins(directory_.path());
};

TEST_F(RestoreTest, AKilledSearchContinuesToTheSameFiles) {
  Write("steps = 60", "", "delay_ms = 1\n");
  ExpectSameAfterKills(Kills());
}

TEST_F(RestoreTest, AKilledSearchWhoseNetworkIsInAProcessOfItsOwnContinuesToTheSameFiles) {
  Write("steps = 40", "[execution]\nisolate = true\n", "delay_ms = 1\n");
  ExpectSameAfterKills(Kills());
}

TEST_F(RestoreTest, AKilledSearchInProcessesOfItsOwnContinuesToTheSameFiles) {
  Write("steps = 40", "[execution]\nisolate = \"all\"\n", "delay_ms = 1\n");
  ExpectSameAfterKills(Kills());
}

TEST_F(RestoreTest, TheTrialsDoNotDependOnWhereTheNetworkIs) {
  std::vector<std::string> dumps;
  for (const char* isolate : {"false", "true", "\"all\""}) {
    Write("steps = 8", std::string("[execution]\nisolate = ") + isolate + "\n");
    const Outcome outcome = lode_.Run(Running());
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    dumps.push_back(Dump(Path("out/seed-0")));
    fs::remove_all(Path("out"));
  }
  EXPECT_TRUE(dumps[0] == dumps[1]);
  EXPECT_TRUE(dumps[0] == dumps[2]);
}

// The network dies with its process: no trial is made with another one.
TEST_F(RestoreTest, ALostNetworkEndsTheSearchWhichCanBeResumed) {
  Write("steps = 6", "[execution]\nisolate = true\n", "crash_at = 9\n");
  const Outcome crashed = lode_.Run(Running());
  EXPECT_NE(crashed.status, 0);
  EXPECT_THAT(crashed.err + crashed.out, HasSubstr("the relaxed network is lost"));
  const Outcome resumed = lode_.Run(Running());
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  const std::vector<std::string> steps = Steps();
  ASSERT_EQ(steps.size(), 6u * kBatches + 1);  // it crashes once, at a batch that is taken again
}

TEST_F(RestoreTest, AnExtendedSearchRepeatsNoWeightStep) {
  Write("steps = 5");
  ASSERT_EQ(lode_.Run(Running()).status, 0);
  EXPECT_EQ(Steps().size(), 5u * kBatches);
  const Outcome extended = lode_.Run({"resume", Path("out").string(), "--extend", "steps=9"});
  ASSERT_EQ(extended.status, 0) << extended.err;
  const std::vector<std::string> steps = Steps();
  ASSERT_EQ(steps.size(), 9u * kBatches);
  for (std::size_t i = 0; i < steps.size(); ++i) { EXPECT_EQ(steps[i], std::to_string(i)); }
  const std::string grown = Dump(Path("out/seed-0"));
  fs::remove_all(Path("out"));
  Write("steps = 9");
  ASSERT_EQ(lode_.Run(Running()).status, 0);
  EXPECT_EQ(grown, Dump(Path("out/seed-0")));
}

TEST_F(RestoreTest, OnlyTheLastCheckpointIsKept) {
  Write("steps = 5");
  ASSERT_EQ(lode_.Run(Running()).status, 0);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(Path("out/seed-0/checkpoints"))) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("network-4", "optimizer-4"));
}

TEST_F(RestoreTest, ALostOrDamagedCheckpointIsAnError) {
  Write("steps = 3");
  ASSERT_EQ(lode_.Run(Running()).status, 0);
  const fs::path file = Path("out/seed-0/checkpoints/network-2");
  std::fstream(file, std::ios::in | std::ios::out).seekp(9).put('?');
  const std::vector<std::string> extending = {"resume", Path("out").string(), "--extend",
                                              "steps=4"};
  const Outcome damaged = lode_.Run(extending);
  EXPECT_NE(damaged.status, 0);
  EXPECT_THAT(damaged.err, HasSubstr("network-2"));
  fs::remove(file);
  EXPECT_THAT(lode_.Run(extending).err, HasSubstr("network-2"));
}

TEST_F(RestoreTest, APipelineThatCannotTrainIsRefused) {
  Write("steps = 3", "[[reward.limits]]\nmetric = \"params\"\nmax = 500000\n");
  EXPECT_THAT(lode_.Run(Running()).err, HasSubstr("trains before each proposal"));
  std::ofstream(Path("pipeline.toml"))
      << "[pipeline]\nname = \"untrained\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = "
         "\"analytic\"\n[reward]\nmetric = \"params\"\n[budget]\nsteps = 3\n[optimizer]\nuse = "
         "\"descent\"\n";
  EXPECT_THAT(lode_.Run(Running()).err,
              HasSubstr("trains a relaxed network, but no [oracle] has one"));
}

}  // namespace
}  // namespace lode::core
