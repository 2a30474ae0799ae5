// How files, overrides and the tables of components are merged.
#include <gmock/gmock.h>

#include <string>

#include "core/config/config_test.h"

namespace lode::core {
namespace {

using testing::ElementsAre;

class LayersTest : public ConfigTest {
 protected:
  // Uses kPipeline as the layer below `text`.
  Pipeline Over(const std::string& lower, const std::string& text,
                const std::vector<std::string>& overrides = {}) const {
    Write("base.toml", kPipeline + lower);
    return Single("include = \"base.toml\"\n" + text, overrides);
  }

  std::int64_t Int(const ComponentConfig& config, const std::string& name) const {
    return Get<std::int64_t>(config, name);
  }
  double Real(const ComponentConfig& config, const std::string& name) const {
    return Get<double>(config, name);
  }
};

// Replaces the optimizer's `use` line with `optimizer`, which may continue with its parameters.
std::string WithOptimizer(const std::string& optimizer) {
  std::string text = kPipeline;
  const std::string use = "use = \"l2nas\"\n";
  return text.replace(text.find(use), use.size(), optimizer);
}

TEST_F(LayersTest, HostTablesAreMergedKeyByKey) {
  const Pipeline p = Over("marks = [10]\n", "[budget]\nsteps = 50\n[pipeline]\nseeds = 3\n");
  EXPECT_EQ(p.name, "p");
  EXPECT_EQ(p.budget.steps, 50u);
  EXPECT_THAT(p.budget.marks, ElementsAre(10u));
  EXPECT_THAT(p.seeds, ElementsAre(0u, 1u, 2u));
}

TEST_F(LayersTest, ParametersBesideUseBelongToTheComponentOfThatUse) {
  Write("base.toml", WithOptimizer("use = \"l2nas\"\ntop_k = 32\n"));
  const std::string over = "include = \"base.toml\"\n";
  EXPECT_EQ(Int(Single(over).optimizer, "top_k"), 32);
  // Without its own `use`, a layer continues the component below.
  EXPECT_EQ(Int(Single(over + "[optimizer]\ntop_k = 16\n").optimizer, "top_k"), 16);
  const Pipeline rea = Single(over + "[optimizer]\nuse = \"rea\"\npopulation = 50\n");
  EXPECT_EQ(rea.optimizer.id, "rea");
  EXPECT_EQ(Int(rea.optimizer, "population"), 50);
  EXPECT_EQ(Int(rea.optimizer, "sample"), 10);
}

TEST_F(LayersTest, ParametersOfOneComponentStayWithIt) {
  Write("base.toml", WithOptimizer("use = \"l2nas\"\ntop_k = 32\n"));
  Write("rea.toml", "include = \"base.toml\"\n[optimizer]\nuse = \"rea\"\npopulation = 50\n");
  const Pipeline back = Single("include = \"rea.toml\"\n[optimizer]\nuse = \"l2nas\"\n");
  EXPECT_EQ(Int(back.optimizer, "top_k"), 32);
}

TEST_F(LayersTest, AnOverrideOfUseTakesTheTableOfTheAlternativeOrDefaults) {
  const std::string text =
      WithOptimizer("use = \"l2nas\"\ntop_k = 32\n[optimizer.rea]\npopulation = 50\n");
  EXPECT_EQ(Int(Single(text, {"optimizer.use=rea"}).optimizer, "population"), 50);
  EXPECT_EQ(Int(Single(kPipeline, {"optimizer.use=rea"}).optimizer, "population"), 30);
  EXPECT_EQ(Single(text, {"optimizer.use=random"}).optimizer.id, "random");
}

TEST_F(LayersTest, OverridesBesideUseGoToTheNewComponentInAnyOrder) {
  const Pipeline p = Single(kPipeline, {"optimizer.population=50", "optimizer.use=rea"});
  EXPECT_EQ(Int(p.optimizer, "population"), 50);
  EXPECT_EQ(Int(Single(kPipeline, {"optimizer.top_k=32"}).optimizer, "top_k"), 32);
  EXPECT_EQ(Int(Single(kPipeline, {"optimizer.rea.population=50", "optimizer.use=rea"}).optimizer,
                "population"),
            50);
}

TEST_F(LayersTest, IdsWithDotsMayBeQuotedOrPlain) {
  const std::string table = "[oracle.\"acme.table\"]\ndataset = \"cifar100\"\n";
  const std::string plain = "[oracle.acme.table]\ndataset = \"cifar100\"\n";
  for (const std::string& text : {table, plain}) {
    EXPECT_EQ(Get<std::string>(Single(kPipeline + text).oracles.at(0), "dataset"), "cifar100");
  }
  for (const char* path :
       {"oracle.\"acme.table\".dataset", "oracle.acme.table.dataset", "oracle.dataset"}) {
    const Pipeline p = Single(kPipeline, {std::string(path) + "=cifar100"});
    EXPECT_EQ(Get<std::string>(p.oracles.at(0), "dataset"), "cifar100") << path;
  }
}

TEST_F(LayersTest, AParameterMayBeInOnlyOnePlaceOfALayer) {
  EXPECT_EQ(Mistakes(WithOptimizer("use = \"l2nas\"\ntop_k = 1\n[optimizer.l2nas]\ntop_k = 2\n")),
            "p.toml:14:1: 'top_k' of 'l2nas' is given twice: beside `use` and in a table of that "
            "name");
}

TEST_F(LayersTest, PresetsOverrideDefaultsAndWrittenValuesOverridePresets) {
  EXPECT_EQ(Single(kPipeline).optimizer.preset, "robust");
  EXPECT_EQ(Real(Single(kPipeline).optimizer, "lr"), 1e-4);
  const Pipeline paper = Single(kPipeline, {"optimizer.preset=paper"});
  EXPECT_EQ(paper.optimizer.preset, "paper");
  EXPECT_EQ(Real(paper.optimizer, "lr"), 1e-8);
  EXPECT_EQ(Real(Single(kPipeline, {"optimizer.preset=paper", "optimizer.lr=0.5"}).optimizer, "lr"),
            0.5);
  EXPECT_EQ(Single(kPipeline, {"optimizer.use=rea"}).optimizer.preset, "");
  EXPECT_EQ(Single(kPipeline, {"optimizer.preset=\"\""}).optimizer.preset, "robust");
  EXPECT_EQ(Single(kPipeline, {"optimizer.use=rea", "optimizer.preset=\"\""}).optimizer.preset, "");
}

TEST_F(LayersTest, AListOfComponentsIsReplacedAsAWhole) {
  const std::string two =
      "[[exploration]]\nuse = \"warm_up\"\n[[exploration]]\nuse = \"epsilon_greedy\"\n";
  EXPECT_EQ(Over(two, "").explorations.size(), 2u);
  const Pipeline p = Over(two, "[[exploration]]\nuse = \"warm_up\"\nsteps = 7\n");
  ASSERT_EQ(p.explorations.size(), 1u);
  EXPECT_EQ(Int(p.explorations[0], "steps"), 7);
  EXPECT_TRUE(Over(two, "", {"exploration=[]"}).explorations.empty());
  EXPECT_EQ(Over(two, "", {"exploration=[{use=\"warm_up\"}]"}).explorations.size(), 1u);
}

TEST_F(LayersTest, AnIndexChangesOneElementOfAList) {
  const std::string two =
      "[[exploration]]\nuse = \"warm_up\"\n[[exploration]]\nuse = \"epsilon_greedy\"\nend = 0.2\n";
  const Pipeline p = Over(two, "", {"exploration.1.end=0.1", "exploration.0.steps=9"});
  EXPECT_EQ(Real(p.explorations[1], "end"), 0.1);
  EXPECT_EQ(Int(p.explorations[0], "steps"), 9);
  EXPECT_EQ(Over(two, "", {"exploration.0.use=epsilon_greedy"}).explorations[0].id,
            "epsilon_greedy");
  EXPECT_EQ(Mistakes(kPipeline + two, {"exploration.2.end=0.1"}),
            "--set exploration.2.end=0.1: there is no element 2: the list has 2");
  EXPECT_EQ(Mistakes(kPipeline + two, {"exploration.end=0.1"}),
            "--set exploration.end=0.1: there are 2 [[exploration]]: change one with --set "
            "exploration.0.NAME=VALUE, or give the whole list");
}

TEST_F(LayersTest, ATableOfNumbersChangesElementsOfAList) {
  const std::string two =
      "[[exploration]]\nuse = \"warm_up\"\n[[exploration]]\nuse = \"epsilon_greedy\"\nend = 0.2\n";
  const Pipeline p = Over(two, "[exploration.1]\nend = 0.1\n[exploration.0]\nsteps = 9\n");
  ASSERT_EQ(p.explorations.size(), 2u);
  EXPECT_EQ(Real(p.explorations[1], "end"), 0.1);
  EXPECT_EQ(Int(p.explorations[0], "steps"), 9);
  // Another component gets the keys beside its `use`, even through two includes; the command line
  // wins.
  Write("middle.toml",
        "include = \"base.toml\"\n[exploration.0]\nuse = \"epsilon_greedy\"\nend = 0.4\n");
  const Pipeline third = Single("include = \"middle.toml\"\n[exploration.0]\nstart = 0.9\n",
                                {"exploration.0.end=0.3"});
  EXPECT_EQ(third.explorations[0].id, "epsilon_greedy");
  EXPECT_EQ(Real(third.explorations[0], "start"), 0.9);
  EXPECT_EQ(Real(third.explorations[0], "end"), 0.3);
  EXPECT_EQ(Real(third.explorations[1], "end"), 0.2);
}

TEST_F(LayersTest, ATableOfNumbersChangesOneOfSeveralOracles) {
  const std::string more = "[[oracle]]\nuse = \"latency\"\ndevice = \"phone\"\n";
  std::string base = kPipeline;
  Write("base.toml", base.replace(base.find("[oracle]"), 8, "[[oracle]]") + more);
  const std::string over = "include = \"base.toml\"\n";
  const Pipeline p =
      Single(over + "[oracle.1]\ndevice = \"desk\"\n", {"oracle.0.dataset=cifar100"});
  EXPECT_EQ(Get<std::string>(p.oracles.at(1), "device"), "desk");
  EXPECT_EQ(Get<std::string>(p.oracles.at(0), "dataset"), "cifar100");
  EXPECT_EQ(Get<std::string>(Single(over, {"oracle.1.device=desk"}).oracles.at(1), "device"),
            "desk");
  // A single one has the number 0.
  EXPECT_EQ(
      Get<std::string>(Over("", "[oracle.0]\ndataset = \"cifar100\"\n").oracles.at(0), "dataset"),
      "cifar100");
}

TEST_F(LayersTest, ATableOfNumbersChangesElementsOfListsOfTheHost) {
  const std::string text = kPipeline;
  Write("base.toml", text +
                         "[[reward.limits]]\nmetric = \"params\"\nmin = 2\nmax = 3\n"
                         "[[reference]]\nlabel = \"x\"\nmean = 1\n");
  const Pipeline p =
      Single("include = \"base.toml\"\n[reward.limits.0]\nmax = 7\n[reference.0]\nmean = 5\n");
  ASSERT_EQ(p.reward.limits.size(), 1u);
  EXPECT_EQ(p.reward.limits[0].min, 2.0);
  EXPECT_EQ(p.reward.limits[0].max, 7.0);
  EXPECT_EQ(p.references.at(0).mean, 5.0);
  EXPECT_EQ(p.references[0].label, "x");
}

TEST_F(LayersTest, WrongTablesOfNumbersSayWhere) {
  const std::string two =
      "[[exploration]]\nuse = \"warm_up\"\n[[exploration]]\nuse = \"warm_up\"\n";
  Write("base.toml", kPipeline + two);
  const std::string over = "include = \"base.toml\"\n";
  EXPECT_EQ(Mistakes(over + "[exploration.2]\nsteps = 1\n"),
            "p.toml:2:14: there is no element 2: the list has 2");
  EXPECT_EQ(Mistakes(over + "[exploration.1]\nsteps = -1\n"),
            "p.toml:3:9: 'steps': -1 is outside [0, 1000000000]");
  EXPECT_EQ(Mistakes(over + "[exploration.99999999999999999999]\nsteps = 1\n"),
            "p.toml:2:14: there is no element 99999999999999999999: the list has 2");
  EXPECT_EQ(Mistakes(over + "[oracle.1]\ndataset = \"cifar100\"\n"),
            "p.toml:2:9: there is no element 1: the list has 1");
  EXPECT_EQ(Mistakes(over + "[exploration]\nsteps = 1\n"),
            "p.toml:2:2: there are 2 [[exploration]]: change one with [exploration.0], or give the "
            "whole list");
  EXPECT_EQ(Mistakes(kPipeline + std::string("[exploration.0]\nsteps = 1\n")),
            "p.toml:14:1: there is no [exploration] to change: a table of numbers changes elements "
            "of an included file");
  EXPECT_EQ(Mistakes(over + "[exploration]\n0 = 3\n"),
            "p.toml:3:5: expected a table with `use`, got an integer");
}

TEST_F(LayersTest, AnIndexChangesTheListThatAnEarlierOverrideGives) {
  const std::string two =
      "[[exploration]]\nuse = \"warm_up\"\n[[exploration]]\nuse = \"warm_up\"\n";
  const std::string list = "exploration=[{use=\"warm_up\"},{use=\"warm_up\"}]";
  for (const std::string& lower : {std::string(), two}) {
    const Pipeline p = Over(lower, "", {list, "exploration.0.use=epsilon_greedy"});
    EXPECT_EQ(p.explorations.at(0).id, "epsilon_greedy");
    EXPECT_EQ(p.explorations.at(1).id, "warm_up");
  }
  // The later one wins.
  EXPECT_EQ(Over(two, "", {"exploration.0.use=epsilon_greedy", list}).explorations.at(0).id,
            "warm_up");
}

TEST_F(LayersTest, OneTableIsAListOfOne) {
  const std::string one = "[exploration]\nuse = \"epsilon_greedy\"\nend = 0.2\n";
  EXPECT_EQ(Real(Over(one, "[exploration]\nstart = 0.5\n").explorations.at(0), "end"), 0.2);
  EXPECT_EQ(Real(Over(one, "", {"exploration.end=0.1"}).explorations.at(0), "end"), 0.1);
  EXPECT_EQ(Real(Over(one, "", {"exploration.0.end=0.1"}).explorations.at(0), "end"), 0.1);
  EXPECT_EQ(Over(one, "", {"exploration.use=warm_up"}).explorations.at(0).id, "warm_up");
  EXPECT_EQ(Over("", "", {"exploration.use=warm_up"}).explorations.at(0).id, "warm_up");
}

TEST_F(LayersTest, AnOverrideOutsideComponentsReplacesTheValue) {
  const std::string text =
      kPipeline + std::string("marks = [10, 20]\n[grid]\n\"space.size\" = [3, 4]\n");
  EXPECT_EQ(Searches(text).size(), 2u);
  EXPECT_EQ(Searches(text, {"grid={}"}).size(), 1u);
  EXPECT_THAT(Single(text, {"grid={}", "budget.marks.0=15"}).budget.marks, ElementsAre(15u, 20u));
  const Pipeline p = Single(text, {"grid={}", "budget={unique_queries=7}"});
  EXPECT_FALSE(p.budget.steps);
  EXPECT_EQ(p.budget.unique_queries, 7u);
  EXPECT_EQ(Mistakes(text, {"budget.marks.2=15"}),
            "--set budget.marks.2=15: there is no element 2: the list has 2");
}

TEST_F(LayersTest, PathsAreRelativeToTheFileThatContainsThem) {
  Write("sub/t.tsv", "x");
  Write("sub/base.toml", kPipeline + std::string("[oracle.acme.table]\ntable = \"t.tsv\"\n"
                                                 "[plugins]\npaths = [\"../lib\"]\n"));
  const Document document = Document::Read(Write("p.toml", "include = \"sub/base.toml\"\n"), {});
  const Pipeline p = Resolve(document, catalog_).at(0).pipeline;
  EXPECT_EQ(Get<std::string>(p.oracles.at(0), "table"), dir_.path() / "sub/t.tsv");
  EXPECT_THAT(p.plugins, ElementsAre(dir_.path() / "lib"));
  EXPECT_EQ(PluginPaths(document), p.plugins);
}

TEST_F(LayersTest, PathsInOverridesAreRelativeToTheCurrentDirectory) {
  Write("t.tsv", "x");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir_.path());
  const Document document = Document::Read(
      Write("sub/p.toml", kPipeline), {"oracle.table=t.tsv", "plugins.paths=[\"lib\", \"/abs\"]"});
  std::filesystem::current_path(before);
  const Pipeline p = Resolve(document, catalog_).at(0).pipeline;
  EXPECT_EQ(Get<std::string>(p.oracles.at(0), "table"), dir_.path() / "t.tsv");
  EXPECT_THAT(p.plugins, ElementsAre(dir_.path() / "lib", "/abs"));
}

TEST_F(LayersTest, APluginPathIsRelativeToItsFile) {
  const std::string text = kPipeline + std::string("[plugins]\npaths = [\"a\", \"b\"]\n");
  const Document document = Document::Read(Write("p.toml", text), {"plugins.paths.0=lib"});
  const Pipeline p = Resolve(document, catalog_).at(0).pipeline;
  EXPECT_THAT(p.plugins, ElementsAre(std::filesystem::current_path() / "lib", dir_.path() / "b"));
  EXPECT_EQ(PluginPaths(document), p.plugins);
}

TEST_F(LayersTest, ARelativeDefaultIsRelativeToThePlugin) {
  EXPECT_EQ(Get<std::string>(Single(kPipeline).oracles.at(0), "table"), dir_.path() / "table.tsv");
}

TEST_F(LayersTest, AVariableMayStandForANumberOrBoolean) {
  const ScopedVariable steps("LODE_TEST_STEPS", "25");
  const ScopedVariable rate("LODE_TEST_RATE", "0.25");
  const ScopedVariable yes("LODE_TEST_YES", "true");
  const Pipeline p = Single(
      kPipeline, {"budget.steps=${LODE_TEST_STEPS}", "optimizer.lr=${LODE_TEST_RATE}",
                  "optimizer.log_loss=${LODE_TEST_YES}", "pipeline.seeds=${LODE_TEST_UNSET:-2}",
                  "optimizer.tags=[\"${LODE_TEST_STEPS}\"]"});
  EXPECT_EQ(p.budget.steps, 25u);
  EXPECT_EQ(Real(p.optimizer, "lr"), 0.25);
  EXPECT_TRUE(Get<bool>(p.optimizer, "log_loss"));
  EXPECT_THAT(p.seeds, ElementsAre(0u, 1u));
  EXPECT_THAT(Get<std::vector<std::string>>(p.optimizer, "tags"), ElementsAre("25"));
  EXPECT_EQ(Mistakes(kPipeline, {"budget.steps=x${LODE_TEST_STEPS}"}),
            "--set budget.steps=x${LODE_TEST_STEPS}: 'steps' must be an integer, not a string");
  EXPECT_EQ(Mistakes(kPipeline, {"budget.steps=${LODE_TEST_RATE}"}),
            "--set budget.steps=${LODE_TEST_RATE}: 'steps' must be an integer, not \"0.25\" from "
            "the environment");
}

}  // namespace
}  // namespace lode::core
