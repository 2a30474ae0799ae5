// Searches whose optimizer trains a relaxed network: they are restored, not replayed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/run/tests/killed_search.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

constexpr int kBatches = 3;  // of an epoch of the quadratic network

class RestoreTest : public testing::Test, protected KilledSearch {
 protected:
  void Write(const std::string& budget, const std::string& more = "",
             const std::string& oracle = "", const std::string& optimizer = "descent") const {
    std::ofstream(Path("pipeline.toml"))
        << "[pipeline]\nname = \"trained\"\n[space]\nuse = \"nb201\"\n[[oracle]]\nuse = "
           "\"quadratic\"\nnotes = \""
        << Path("notes").string() << "\"\n"
        << oracle
        << "\n[[oracle]]\nuse = \"analytic\"\n[reward]\nmetric = \"network_accuracy\"\n[budget]\n"
        << budget << "\n[optimizer]\nuse = \"" << optimizer << "\"\n"
        << more;
  }

  // The batches of all weight steps so far.
  std::vector<std::string> Steps() const { return Lines(ContentOf(Path("notes"))); }
};

TEST_F(RestoreTest, AKilledSearchContinuesToTheSameFiles) {
  Write("steps = 60", "", "delay_ms = 1\n");
  ExpectSameAfterKills(Kills(4));
}

TEST_F(RestoreTest, AKilledSearchWhoseNetworkIsInAProcessOfItsOwnContinuesToTheSameFiles) {
  Write("steps = 40", "[execution]\nisolate = true\n", "delay_ms = 1\n");
  ExpectSameAfterKills(Kills(4));
}

TEST_F(RestoreTest, AKilledSearchInProcessesOfItsOwnContinuesToTheSameFiles) {
  Write("steps = 40", "[execution]\nisolate = \"all\"\n", "delay_ms = 1\n");
  ExpectSameAfterKills(Kills(4));
}

class OptimizerRestoreTest : public RestoreTest, public testing::WithParamInterface<const char*> {};

TEST_P(OptimizerRestoreTest, AKilledSearchContinuesToTheSameFiles) {
  Write("steps = 20", "", "delay_ms = 2\n", GetParam());
  ExpectSameAfterKills(Kills(2));
}

TEST_F(RestoreTest, AKilledSearchWithAControllerContinuesToTheSameFiles) {
  Write("steps = 20", "controller_steps = 3\nsamples = 2\ncandidates = 2\n", "delay_ms = 2\n",
        "enas");
  ExpectSameAfterKills(Kills(2));
}

// Each stage has another network.
TEST_F(RestoreTest, AKilledSearchInStagesContinuesToTheSameFiles) {
  Write("steps = 20", "epochs = 3\nfrozen_epochs = 1\noperations = [5, 4, 2]\n", "delay_ms = 2\n",
        "p_darts");
  ExpectSameAfterKills(Kills(4));
}

INSTANTIATE_TEST_SUITE_P(Trained, OptimizerRestoreTest,
                         testing::Values("darts", "pc_darts", "gdas", "snas", "gaea", "sdarts",
                                         "milenas", "mdenas", "ista_nas"),
                         [](const auto& info) { return std::string(info.param); });

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

TEST_F(RestoreTest, APipelineThatTrainsIsValid) {
  Write("steps = 3");
  const Outcome outcome = lode_.Run({"validate", Path("pipeline.toml").string()});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
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
