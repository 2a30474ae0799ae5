// What a stage learns is used by a later one: policies, comparisons, and stages without data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

class TransferTest : public testing::Test {
 protected:
  // configs/transfer/nb201.toml with few steps.
  Outcome Transfer(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", SourceFile("configs/transfer/nb201.toml").string(),
                                          "--out", At(out).string()};
    AppendSettings(arguments, {"stage.pretrain.budget.steps=40", "budget={steps=20}",
                               "stage.pretrain.exploration.0.steps=20", "exploration.0.steps=5"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lode_.Run(arguments);
  }

  Outcome Search(const std::string& out, const std::vector<std::string>& settings) const {
    std::vector<std::string> arguments = {"run", SourceFile("configs/nb201/l2nas.toml").string(),
                                          "--out", At(out).string()};
    AppendSettings(arguments, settings);
    return lode_.Run(arguments);
  }

  // A pipeline whose stages have the oracle prepared_oracle.
  Outcome Staged(const std::string& stages, const std::vector<std::string>& command) const {
    std::ofstream(At("p.toml")) << "[pipeline]\nname = \"data\"\n[space]\nuse = \"nb201\"\n"
                                   "[reward]\nmetric = \"score\"\n[optimizer]\nuse = \"rea\"\n"
                                   "[budget]\nsteps = 5\n" +
                                       stages;
    std::vector<std::string> arguments = {
        "--plugin", (fs::path(LODE_BINARY_DIR) / "tests/plugins/prepared_oracle.lode.so").string()};
    arguments.insert(arguments.end(), command.begin(), command.end());
    return lode_.Run(arguments);
  }
  std::vector<std::string> RunStages() const {
    return {"run", At("p.toml").string(), "--out", At("out").string()};
  }

  fs::path At(const std::string& name) const { return directory_.path() / name; }
  std::string Trials(const std::string& run) const {
    return Select(At(run), "SELECT step, hex(action) FROM trial ORDER BY step");
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

// ---- policies

TEST_F(TransferTest, EachSeedStartsFromItsOwnPolicy) {
  ASSERT_EQ(Transfer("all", {"--seeds", "2"}).status, 0);
  const Outcome one = Transfer(
      "one", {"--seed", "1", "--set",
              "stage.transfer.optimizer.policy=" + At("all/pretrain/seed-1/policy").string()});
  ASSERT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(Trials("one/transfer/seed-1"), Trials("all/transfer/seed-1"));
  EXPECT_NE(Trials("all/direct/seed-1"), Trials("all/transfer/seed-1"));
  // The first actions after the warm-up differ only because of what was learned.
  const Outcome directory = Transfer(
      "directory",
      {"--seed", "1", "--set", "stage.transfer.optimizer.policy=" + At("all/pretrain").string()});
  ASSERT_EQ(directory.status, 0) << directory.err;
  EXPECT_EQ(Trials("directory/transfer/seed-1"), Trials("all/transfer/seed-1"));
}

TEST_F(TransferTest, ASeedWithoutAPolicyIsNamedBeforeAnythingRuns) {
  ASSERT_EQ(Search("first", {"budget.steps=10", "pipeline.seeds=1"}).status, 0);
  const Outcome outcome = Search("second", {"budget.steps=10", "pipeline.seeds=2",
                                            "optimizer.policy=" + At("first").string()});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("'policy': " + At("first").string() +
                                           ": has no run with seed 1 and the file policy"),
                                 HasSubstr("first/seed-0, starts all seeds from it")));
  EXPECT_FALSE(fs::exists(At("second")));
}

TEST_F(TransferTest, APolicyLoadsOnlyIntoAnEqualSpace) {
  ASSERT_EQ(Search("first", {"budget.steps=10", "pipeline.seeds=1"}).status, 0);
  const std::string policy = At("first/seed-0/policy").string();
  const Outcome outcome =
      Search("second", {"budget.steps=10", "pipeline.seeds=1", "space.mutation=node_first",
                        "optimizer.policy=" + policy});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.err,
              HasSubstr(policy + ": was learned in space 'nb201' with mutation = \"edge\", this "
                                 "search has mutation = \"node_first\""));
}

TEST_F(TransferTest, OnlyThePolicyThatASeedStartedFromMayNotChange) {
  ASSERT_EQ(Search("first", {"budget.steps=10", "pipeline.seeds=2"}).status, 0);
  ASSERT_EQ(Search("second", {"budget.steps=10", "pipeline.seeds=1",
                              "optimizer.policy=" + At("first").string()})
                .status,
            0);
  const std::vector<std::string> resume = {"resume", At("second").string()};
  std::ofstream(At("first/seed-1/policy")) << "another";
  EXPECT_EQ(lode_.Run(resume).status, 0) << lode_.Run(resume).err;
  std::ofstream(At("first/seed-0/policy")) << "another";
  const Outcome outcome = lode_.Run(resume);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr(At("first/seed-0/policy").string() + " was "));
}

// ---- comparisons of stages

TEST_F(TransferTest, StagesAreComparedAtTheEnd) {
  const Outcome run = Transfer("all");
  ASSERT_EQ(run.status, 0) << run.err;
  const auto table = AllOf(HasSubstr("nb201 on nb201.table"), HasSubstr("direct"),
                           HasSubstr("transfer"), HasSubstr("Holm"));
  EXPECT_THAT(run.out, table);
  EXPECT_THAT(lode_.Run({"show", At("all").string()}).out, table);
  const json shown = json::parse(lode_.Run({"show", At("all").string(), "--json"}).out);
  ASSERT_EQ(shown.at("compared").size(), 1u);
  EXPECT_EQ(shown["compared"][0].at("stage"), "transfer");
  const json& task = shown["compared"][0].at("tasks").at(0);
  EXPECT_EQ(task.at("methods").at(0).at("name"), "direct");
  EXPECT_EQ(task.at("methods").at(1).at("name"), "transfer");
  EXPECT_EQ(task.at("pairs").size(), 1u);
}

TEST_F(TransferTest, OnlyEarlierStagesCanBeCompared) {
  const Outcome outcome =
      Transfer("all", {"--set", "stage.direct.pipeline.compare_with=[\"transfer\"]"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("'compare_with': no stage 'transfer' comes before this one"));
}

// ---- stages whose data is not there

std::string Stage(const std::string& name, const std::string& weights, bool optional) {
  return "[[stage]]\nname = \"" + name +
         "\"\n[stage.pipeline]\noptional = " + (optional ? "true" : "false") +
         "\n[stage.oracle]\nuse = \"prepared_oracle\"\nsteps = 0\n" + "weights = \"" + weights +
         "\"\n";
}

// Both make the same search, so the second one measures what the first one found.
TEST_F(TransferTest, StagesThatTakeNoFilesOfEachOtherAreUnrelated) {
  std::vector<std::string> command = RunStages();
  command.push_back("--json");
  const Outcome run = Staged(Stage("first", "", false) + Stage("second", "", false), command);
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_TRUE(json::parse(run.out).at("comparisons").empty()) << run.out;
}

constexpr char kReference[] = "[[stage.reference]]\nlabel = \"Table 5\"\nmean = 83.5\nstd = 0.5\n";

TEST_F(TransferTest, AnOptionalStageWithoutDataIsNotMeasured) {
  const std::string stages = Stage("there", "", true) + Stage("absent", "nowhere", true) +
                             kReference + Stage("after", "stage:absent/best.tsv", true);
  const Outcome run = Staged(stages, RunStages());
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string why = "there is no " + At("nowhere").string();
  EXPECT_THAT(run.err, AllOf(HasSubstr("lode: stage absent: not measured: " + why),
                             HasSubstr("stage after: not measured: stage 'absent' is not")));
  EXPECT_THAT(run.out, AllOf(HasSubstr("not measured"), HasSubstr("83.50 ± 0.50"),
                             HasSubstr("Table 5"), HasSubstr(why)));
  EXPECT_TRUE(fs::exists(At("out/there/seed-0/run.db")));
  EXPECT_FALSE(fs::exists(At("out/absent/seed-0")));
  const Outcome shown = Staged(stages, {"show", At("out").string()});
  EXPECT_THAT(shown.out,
              AllOf(HasSubstr("stage there: finished\nstage absent: not measured: " + why),
                    HasSubstr("Table 5"), Not(HasSubstr("not begun"))));
}

TEST_F(TransferTest, AnOptionalStageRunsOnceItsDataIsThere) {
  const std::string stages = Stage("there", "", true) + Stage("absent", "nowhere", true);
  ASSERT_EQ(Staged(stages, RunStages()).status, 0);
  std::ofstream(At("nowhere")) << "3\n";
  const Outcome again = Staged(stages, RunStages());
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("stage there: unchanged"));
  EXPECT_TRUE(fs::exists(At("out/absent/seed-0/run.db")));
}

// ---- a stage that shows what another pipeline has stored

class StoredStageTest : public TransferTest {
 protected:
  // A stage that searches, and one that shows the directory `earlier`.
  std::string Stages() const {
    return "[[stage]]\nname = \"own\"\n[stage.oracle]\nuse = \"prepared_oracle\"\nsteps = 0\n"
           "[[stage]]\nname = \"shown\"\nreference = [{label = \"Table 1\", where = "
           "{\"optimizer.use\" = \"rea\"}, mean = 71.84, std = 0.99}]\n"
           "[stage.pipeline]\nstored = \"earlier\"\n";
  }
  Outcome SearchEarlier() const {
    return lode_.Run({"run", SourceFile("configs/nb201/rea.toml").string(), "--seeds", "2", "--set",
                      "budget={steps=10}", "--set", "grid.\"optimizer.use\"=[\"rea\", \"random\"]",
                      "--out", At("earlier").string()});
  }
};

TEST_F(StoredStageTest, ItIsNotMeasuredUntilThePipelineHasRunAndThenHasItsResults) {
  const Outcome before = Staged(Stages(), RunStages());
  ASSERT_EQ(before.status, 0) << before.err;
  EXPECT_THAT(before.out, AllOf(HasSubstr("optimizer.use=rea"), HasSubstr("not measured"),
                                HasSubstr("71.84 ± 0.99"), HasSubstr(At("earlier").string())));
  ASSERT_EQ(SearchEarlier().status, 0);
  const Outcome after = Staged(Stages(), RunStages());
  ASSERT_EQ(after.status, 0) << after.err;
  EXPECT_THAT(after.err, HasSubstr("stage own: unchanged"));
  EXPECT_THAT(after.out, AllOf(HasSubstr("random"), HasSubstr("71.84 ± 0.99"),
                               Not(HasSubstr("not measured"))));
  const Outcome shown = lode_.Run({"show", At("out").string()});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("71.84 ± 0.99"), HasSubstr("stage shown: finished")));
  EXPECT_FALSE(fs::exists(At("out/shown/best.tsv")));
  EXPECT_EQ(lode_.Run({"check", At("out").string()}).status, 0);
}

TEST_F(StoredStageTest, APipelineCannotShowOneWithStages) {
  ASSERT_EQ(Staged(Stages(), RunStages()).status, 0);
  fs::rename(At("out"), At("earlier"));
  const Outcome run = Staged(Stages(), RunStages());
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("has stages"));
}

TEST_F(StoredStageTest, ItIsNotMeasuredAgainOnceTheResultsAreGone) {
  ASSERT_EQ(SearchEarlier().status, 0);
  ASSERT_EQ(Staged(Stages(), RunStages()).status, 0);
  fs::remove_all(At("earlier"));
  const Outcome shown = lode_.Run({"show", At("out").string()});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("71.84 ± 0.99"), HasSubstr("not measured")));
  const Outcome again = Staged(Stages(), RunStages());
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("not measured"));
}

TEST_F(StoredStageTest, DamagedResultsAreAnError) {
  ASSERT_EQ(SearchEarlier().status, 0);
  std::ofstream(At("earlier/optimizer.use=rea/seed-0/run.db")) << "damaged";
  const Outcome run = Staged(Stages(), RunStages());
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr(At("earlier").string()));
}

TEST_F(StoredStageTest, OnlyAStageCanShowThem) {
  const Outcome run = Staged(
      "[oracle]\nuse = \"prepared_oracle\"\n",
      {"validate", At("p.toml").string(), "--set", "pipeline.stored=" + At("earlier").string()});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("'stored' belongs to a stage"));
}

TEST_F(TransferTest, AStageThatMustBeMeasuredCannotReadOneThatIsNot) {
  const Outcome run =
      Staged(Stage("absent", "nowhere", true) + Stage("after", "stage:absent/best.tsv", false),
             RunStages());
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("stage 'after' reads stage 'absent', which is not measured: there "
                                 "is no " +
                                 At("nowhere").string()));
}

TEST_F(TransferTest, OtherStagesFailWithoutTheirData) {
  const Outcome run = Staged(Stage("absent", "nowhere", false), RunStages());
  EXPECT_NE(run.status, 0);
  EXPECT_THAT(run.err, HasSubstr("holds no number"));
}

}  // namespace
}  // namespace lode::core
