#include "core/config/stages.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/config/artifacts.h"
#include "core/config/config_test.h"

namespace lode::core {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// Line 1: [pipeline], 4: [space], 6: [[stage]] supernet, 11: [[stage]] search, 24: [[stage]] final.
constexpr char kStages[] = R"([pipeline]
name = "p"
seeds = 3
[space]
use = "ring"
[[stage]]
name = "supernet"
[stage.oracle]
use = "supernet"
weights = "table.tsv"
[[stage]]
name = "search"
[stage.oracle]
use = "supernet"
weights = "stage:supernet/supernet.safetensors"
[stage.reward]
metric = "shared_accuracy"
[stage.optimizer]
use = "l2nas"
[stage.budget]
steps = 100
[stage.grid]
"optimizer.use" = ["l2nas", "rea"]
[[stage]]
name = "final"
[stage.oracle]
use = "acme.table"
[stage.reward]
metric = "valid_accuracy"
[stage.optimizer]
use = "l2nas"
policy = "stage:search/seed-0/policy"
[stage.budget]
unique_queries = 5
)";

class StagesTest : public ConfigTest {
 protected:
  Stages Resolved(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    return ResolveStages(Document::Read(Write("p.toml", text), overrides), catalog_);
  }

  std::string StageMistakes(const std::string& text,
                            const std::vector<std::string>& overrides = {}) const {
    return WithoutDirectory(Failure<ConfigError>([&] { Resolved(text, overrides); }));
  }

  static std::string Replaced(std::string text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
    return text;
  }

  // Everything in it that is run.
  std::string Formatted(const Stages& stages) const {
    std::string text;
    for (const Stage& stage : stages.list) {
      for (const Search& search : stage.searches) {
        text += stage.name + "\n" + FormatPipeline(search.pipeline, catalog_);
      }
    }
    return text;
  }
};

TEST_F(StagesTest, AreResolvedInTheirOrder) {
  const Stages stages = Resolved(kStages);
  ASSERT_EQ(stages.list.size(), 3u);
  EXPECT_TRUE(stages.are_stated());
  EXPECT_EQ(stages.name, "p");
  EXPECT_EQ(stages.list[0].name, "supernet");
  EXPECT_TRUE(stages.list[0].is_preparation());
  ASSERT_EQ(stages.list[1].searches.size(), 2u);
  EXPECT_EQ(stages.list[1].searches[1].pipeline.optimizer.id, "rea");
  EXPECT_EQ(stages.list[1].searches[0].pipeline.name, "p-search");
  EXPECT_THAT(stages.list[2].searches[0].pipeline.seeds, ElementsAre(0u, 1u, 2u));
  EXPECT_EQ(stages.list[2].searches[0].pipeline.space.id, "ring");
}

TEST_F(StagesTest, AFileWithoutThemHasOneUnnamedStage) {
  const Stages stages = Resolved(kPipeline);
  ASSERT_EQ(stages.list.size(), 1u);
  EXPECT_FALSE(stages.are_stated());
  EXPECT_EQ(FormatPipeline(stages.list[0].searches[0].pipeline, catalog_),
            FormatPipeline(Single(kPipeline), catalog_));
}

TEST_F(StagesTest, InheritTablesThatTheyDoNotHave) {
  const std::string text = Replaced(kStages, "[[stage]]",
                                    "[oracle]\nuse = \"acme.table\"\ndataset = \"cifar100\"\n"
                                    "[reward]\nmetric = \"valid_accuracy\"\n[[stage]]") +
                           "[[stage]]\nname = \"more\"\n[stage.optimizer]\nuse = \"random\"\n"
                           "[stage.budget]\nsteps = 7\n";
  const Stages stages = Resolved(text);
  EXPECT_EQ(stages.list[0].searches[0].pipeline.oracles[0].id, "supernet");
  EXPECT_TRUE(stages.list[0].is_preparation());
  const ComponentConfig& oracle = stages.list[3].searches[0].pipeline.oracles[0];
  EXPECT_EQ(Get<std::string>(oracle, "dataset"), "cifar100");
  // A stage's own table replaces the inherited one completely.
  EXPECT_EQ(Get<std::string>(stages.list[2].searches[0].pipeline.oracles[0], "dataset"), "cifar10");
}

TEST_F(StagesTest, OverridesGoToTheNamedStageOrTheOnlyOneWithTheTable) {
  const Stages stages =
      Resolved(kStages, {"stage.search.budget.steps=10", "grid={}",
                         "stage.final.optimizer.use=random", "space.size=7", "pipeline.seeds=1"});
  EXPECT_EQ(stages.list[1].searches.size(), 1u);
  EXPECT_EQ(stages.list[1].searches[0].pipeline.budget.steps, 10u);
  EXPECT_EQ(stages.list[2].searches[0].pipeline.optimizer.id, "random");
  for (const Stage& stage : stages.list) {
    EXPECT_EQ(Get<std::int64_t>(stage.searches[0].pipeline.space, "size"), 7);
    EXPECT_THAT(stage.searches[0].pipeline.seeds, ElementsAre(0u));
  }
}

TEST_F(StagesTest, ALayerIsMergedIntoStagesWithItsNames) {
  Write("base.toml", kStages);
  const Stages stages = Resolved(
      "include = \"base.toml\"\n[[stage]]\nname = \"search\"\n[stage.budget]\nsteps = 3\n"
      "[[stage]]\nname = \"supernet\"\n[stage.oracle]\nepochs = 2\n");
  ASSERT_EQ(stages.list.size(), 3u);
  EXPECT_EQ(Get<std::int64_t>(stages.list[0].searches[0].pipeline.oracles[0], "epochs"), 2);
  EXPECT_EQ(stages.list[1].searches[0].pipeline.budget.steps, 3u);
}

TEST_F(StagesTest, TheStoredTextMeansTheSame) {
  const Stages stages = Resolved(kStages, {"stage.search.optimizer.l2nas.top_k=9"});
  const std::filesystem::path elsewhere = Write("else/where.toml", stages.text);
  const Stages again = ResolveStages(Document::Read(elsewhere, {}), catalog_);
  EXPECT_EQ(Formatted(again), Formatted(stages));
  EXPECT_EQ(again.text, stages.text);
}

TEST_F(StagesTest, AZippedGridIsKept) {
  const std::string text =
      Replaced(kStages, "\"optimizer.use\" = [\"l2nas\", \"rea\"]\n",
               "\"optimizer.use\" = [\"l2nas\", \"rea\"]\n\"space.size\" = [5, 7]\n"
               "zip = [[\"space.size\", \"optimizer.use\"]]\n");
  const Stages stages = Resolved(text);
  ASSERT_EQ(stages.list[1].searches.size(), 2u);
  const Stages again =
      ResolveStages(Document::Read(Write("else/where.toml", stages.text), {}), catalog_);
  EXPECT_EQ(Formatted(again), Formatted(stages));
  EXPECT_EQ(again.list[1].searches[1].point, stages.list[1].searches[1].point);
}

TEST_F(StagesTest, ArtifactsArePlacedInTheirStagesDirectory) {
  Pipeline pipeline = Resolved(kStages).list[1].searches[0].pipeline;
  EXPECT_THAT(ArtifactsOf(pipeline, catalog_), ElementsAre("stage:supernet/supernet.safetensors"));
  PlaceArtifacts(pipeline, catalog_, "/runs/p");
  EXPECT_EQ(Get<std::string>(pipeline.oracles[0], "weights"),
            "/runs/p/supernet/supernet.safetensors");
  pipeline = Resolved(kStages).list[2].searches[0].pipeline;
  PlaceArtifacts(pipeline, catalog_, "/runs/p");
  EXPECT_EQ(pipeline.optimizer.policy, "/runs/p/search/seed-0/policy");
}

TEST_F(StagesTest, AnArtifactMustBeOfAnEarlierStage) {
  const auto mistake = [&](const std::string& artifact) {
    return StageMistakes(Replaced(kStages, "stage:supernet/supernet.safetensors", artifact));
  };
  EXPECT_EQ(mistake("stage:supernt/x"),
            "p.toml:15:11: 'weights': there is no stage 'supernt'; did you mean 'supernet'?");
  EXPECT_EQ(mistake("stage:final/best.tsv"),
            "p.toml:15:11: 'weights': stage 'final' does not come before this one");
  EXPECT_EQ(mistake("stage:search/best.tsv"),
            "p.toml:15:11: 'weights': stage 'search' does not come before this one");
  EXPECT_THAT(mistake("stage:supernet/../x"), HasSubstr("expected stage:NAME/FILE"));
  EXPECT_THAT(mistake("stage:supernet"), HasSubstr("expected stage:NAME/FILE"));
  EXPECT_EQ(mistake("nowhere.bin").find("p.toml:15:11: 'weights': there is no file "), 0u);
}

TEST_F(StagesTest, InputFilesOfAnOptionalStageMayBeMissing) {
  const std::string text =
      Replaced(Replaced(kStages, "stage:supernet/supernet.safetensors", "nowhere.bin"),
               "name = \"search\"\n", "name = \"search\"\n[stage.pipeline]\noptional = true\n");
  const Stages stages = Resolved(text);
  const Pipeline& search = stages.list[1].searches[0].pipeline;
  EXPECT_EQ(MissingInputOf(search, catalog_), (dir_.path() / "nowhere.bin").string());
  EXPECT_EQ(MissingInputOf(stages.list[0].searches[0].pipeline, catalog_), "");
  EXPECT_THAT(StageMistakes(Replaced(text, "nowhere.bin", ".")), HasSubstr("is not a file"));
}

TEST_F(StagesTest, ARewardMayReferToTheSupernetOfAnEarlierStage) {
  const auto referring = [](const std::string& to) {
    return Replaced(
        kStages, "metric = \"shared_accuracy\"",
        "metric = \"shared_accuracy\"\ntransform = \"relative\"\naccuracy_env = \"" + to + "\"");
  };
  Pipeline pipeline = Resolved(referring("stage:supernet")).list[1].searches[0].pipeline;
  EXPECT_EQ(pipeline.reward.accuracy_env, "stage:supernet/supernet.safetensors");
  EXPECT_THAT(ArtifactsOf(pipeline, catalog_), ElementsAre("stage:supernet/supernet.safetensors"));
  PlaceArtifacts(pipeline, catalog_, "/runs/p");
  EXPECT_EQ(pipeline.reward.accuracy_env, "/runs/p/supernet/supernet.safetensors");
  pipeline = Resolved(referring("stage:supernet/epoch-5.safetensors")).list[1].searches[0].pipeline;
  EXPECT_EQ(pipeline.reward.accuracy_env, "stage:supernet/epoch-5.safetensors");
  EXPECT_THAT(StageMistakes(referring("stage:supernt")),
              HasSubstr("'accuracy_env': there is no stage 'supernt'; did you mean 'supernet'?"));
  EXPECT_THAT(StageMistakes(referring("stage:final")),
              HasSubstr("'accuracy_env': stage 'final' does not come before this one"));
  EXPECT_THAT(StageMistakes(referring("stage:supernet/../x")),
              HasSubstr("'accuracy_env': expected stage:NAME/FILE"));
}

TEST_F(StagesTest, ASearchMayStartFromAnEarlierStage) {
  const auto starting = [](const std::string& from) {
    return Replaced(kStages, "unique_queries = 5",
                    "unique_queries = 5\n[stage.start]\nwarm_start = \"" + from + "\"");
  };
  Pipeline pipeline = Resolved(starting("stage:search")).list[2].searches[0].pipeline;
  EXPECT_THAT(ArtifactsOf(pipeline, catalog_), Contains("stage:search"));
  PlaceArtifacts(pipeline, catalog_, "/runs/p");
  EXPECT_EQ(pipeline.start.warm_start.string(), "/runs/p/search");
  EXPECT_THAT(StageMistakes(starting("stage:serch")),
              HasSubstr("'warm_start': there is no stage 'serch'; did you mean 'search'?"));
  EXPECT_THAT(StageMistakes(starting("stage:search/seed-0")),
              HasSubstr("'warm_start': expected stage:NAME, without a file"));
}

TEST_F(StagesTest, APipelineWithoutThemHasNoArtifacts) {
  EXPECT_EQ(StageMistakes(kPipeline, {"stage.search.budget.steps=1"}),
            "--set stage.search.budget.steps=1: the pipeline has no stages");
  EXPECT_EQ(Mistakes(Replaced(kPipeline, "use = \"acme.table\"",
                              "use = \"acme.table\"\ntable = \"stage:a/b\"")),
            "p.toml:8:9: 'table': the pipeline has no stages");
}

TEST_F(StagesTest, APreparationNeedsAnOracleThatCanPrepare) {
  EXPECT_EQ(StageMistakes(Replaced(kStages, "use = \"supernet\"\nweights = \"table.tsv\"",
                                   "use = \"acme.table\"")),
            "p.toml:9:7: oracle 'acme.table' has nothing to prepare, and without an [optimizer] "
            "there is nothing else to do");
  // A stage with a budget is a search without an optimizer.
  EXPECT_THAT(StageMistakes(Replaced(kStages, "weights = \"table.tsv\"\n",
                                     "weights = \"table.tsv\"\n[stage.budget]\nsteps = 1\n")),
              HasSubstr("p.toml:6:1: the pipeline has no [optimizer]"));
}

TEST_F(StagesTest, NamesAreUniqueAndValidDirectoryNames) {
  EXPECT_EQ(StageMistakes(Replaced(kStages, "name = \"final\"", "name = \"search\"")),
            "p.toml:24:1: there is another stage 'search'");
  EXPECT_THAT(StageMistakes(Replaced(kStages, "name = \"final\"", "name = \"../x\"")),
              HasSubstr("p.toml:24:1: the name of a stage is a string of letters"));
  EXPECT_THAT(StageMistakes(Replaced(kStages, "name = \"final\"\n", "")),
              HasSubstr("p.toml:24:1: [[stage]] needs 'name'"));
}

TEST_F(StagesTest, NamesAreNotThoseOfFilesOfARun) {
  for (const char* name : {"lock", "Prepared", "policy", "seed-0", "SEED-12"}) {
    EXPECT_THAT(StageMistakes("[[stage]]\nname = \"" + std::string(name) + "\"\n", {}),
                HasSubstr("p.toml:1:1: a stage cannot be called '" + std::string(name) +
                          "': that is a file or a directory of a run"));
  }
  for (const char* name : {"seed-", "seed-a", "seeds", "locked"}) {
    EXPECT_THAT(StageMistakes("[[stage]]\nname = \"" + std::string(name) + "\"\n", {}),
                testing::Not(HasSubstr("cannot be called")));
  }
  EXPECT_THAT(
      StageMistakes("[[stage]]\nname = \"Final\"\n[[stage]]\nname = \"final\"\n", {}),
      HasSubstr("p.toml:3:1: there is another stage 'Final', which is the same directory on "
                "some file systems"));
}

TEST_F(StagesTest, MistakesOnTheCommandLineListTheStages) {
  EXPECT_EQ(StageMistakes(kStages, {"stage.serch.budget.steps=1"}),
            "--set stage.serch.budget.steps=1: there is no stage 'serch'; did you mean 'search'?");
  EXPECT_THAT(
      StageMistakes(kStages, {"budget.steps=1"}),
      HasSubstr(
          "the stages search, final have [budget]: say which, as in --set stage.search.budget..."));
  EXPECT_THAT(StageMistakes(kStages, {"stage.search=1"}),
              HasSubstr("expected stage.NAME.TABLE.KEY=VALUE"));
}

TEST_F(StagesTest, GridAndPluginsBelongWhereTheyAre) {
  EXPECT_THAT(
      StageMistakes(Replaced(kStages, "[[stage]]", "[grid]\n\"space.size\" = [3]\n[[stage]]")),
      HasSubstr("p.toml:6:2: in a file with [[stage]], 'grid' belongs to one of the stages"));
  EXPECT_THAT(StageMistakes(std::string(kStages) + "[stage.plugins]\npaths = []\n"),
              HasSubstr("a stage has no 'plugins' of its own"));
  EXPECT_THAT(StageMistakes(std::string(kStages) + "[stage.optimiser]\nuse = \"rea\"\n"),
              HasSubstr("a pipeline has no 'optimiser'; did you mean 'optimizer'?"));
}

}  // namespace
}  // namespace lode::core
