#include "core/config/resolve.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "core/config/check_reward.h"
#include "core/config/config_test.h"
#include "core/config/host_tables.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Pair;

class ResolveTest : public ConfigTest {
 protected:
  // Returns the mistakes of kPipeline with one override, without the words that name the override.
  std::string Set(const std::string& override) const {
    const std::string text = Mistakes(kPipeline, {override});
    const std::string prefix = "--set " + override + ": ";
    EXPECT_EQ(text.substr(0, prefix.size()), text.empty() ? "" : prefix);
    return text.empty() ? "" : text.substr(prefix.size());
  }
};

// Returns kPipeline with one part replaced.
std::string Replaced(const std::string& part, const std::string& by) {
  std::string text = kPipeline;
  return text.replace(text.find(part), part.size(), by);
}

TEST_F(ResolveTest, TheSmallestPipelineHasTheDeclaredDefaults) {
  const Pipeline p = Single(kPipeline);
  EXPECT_EQ(p.name, "p");
  EXPECT_EQ(p.description, "");
  EXPECT_THAT(p.seeds, ElementsAre(0u));
  EXPECT_EQ(p.space.id, "ring");
  EXPECT_EQ(p.oracles.size(), 1u);
  EXPECT_THAT(p.explorations, IsEmpty());
  EXPECT_EQ(p.reward.transform, Transform::kIdentity);
  EXPECT_FALSE(p.reward.allow_test);
  EXPECT_EQ(p.budget.steps, 100u);
  EXPECT_FALSE(p.budget.unique_queries);
  EXPECT_EQ(p.budget.patience, 100000u);
  EXPECT_EQ(p.execution.on_error, OnError::kSkip);
  EXPECT_EQ(p.execution.max_failures, 10u);
  EXPECT_EQ(p.optimizer.values.size(), catalog_.Find(LODE_OPTIMIZER, "l2nas")->params.size());
  EXPECT_EQ(p.optimizer.position.line, 11u);
}

TEST_F(ResolveTest, ReportsEverythingThatIsMissing) {
  EXPECT_EQ(Mistakes("[pipeline]\n"),
            "p.toml: [budget] needs 'steps', 'unique_queries', 'full_evaluations' or "
            "'simulated_seconds'\n"
            "p.toml: [reward] needs 'metric'\n"
            "p.toml: the pipeline has no [optimizer]\n"
            "p.toml: the pipeline has no [oracle]\n"
            "p.toml: the pipeline has no [space]\n"
            "p.toml:1:1: [pipeline] needs 'name'");
}

TEST_F(ResolveTest, ReportsMistakesOfAllTablesInTheOrderOfLines) {
  EXPECT_EQ(Mistakes(R"([pipeline]
name = "p"
seed = 3
[space]
use = "rin"
[oracle]
use = "acme.table"
datset = "cifar10"
[reward]
metric = "valid_acuracy"
[optimizer]
use = "l2nas"
top_k = 0
lr = "fast"
[budget]
steps = 1.5
[extra]
)"),
            "p.toml:3:1: [pipeline] has no parameter 'seed'; did you mean 'seeds'?\n"
            "p.toml:5:7: there is no space 'rin'; did you mean 'ring'?\n"
            "p.toml:8:1: oracle 'acme.table' has no parameter 'datset'; did you mean 'dataset'?\n"
            "p.toml:10:10: no oracle has the metric 'valid_acuracy'; did you mean "
            "'valid_accuracy'?\n"
            "p.toml:13:9: 'top_k': 0 is outside [1, 1000000]\n"
            "p.toml:14:6: 'lr' must be a real number, not a string\n"
            "p.toml:16:9: 'steps' must be an integer, not a real number\n"
            "p.toml:17:2: a pipeline has no 'extra'");
}

TEST_F(ResolveTest, SuggestsTheNearestTableKeyOrComponent) {
  EXPECT_EQ(Mistakes(kPipeline + std::string("[exploraton]\n")),
            "p.toml:14:2: a pipeline has no 'exploraton'; did you mean 'exploration'?");
  EXPECT_EQ(Set("optimizer.use=real"), "there is no optimizer 'real'; did you mean 'rea'?");
  EXPECT_EQ(Set("optimizer.use=bananas"),
            "there is no optimizer 'bananas'; there is l2nas, rea, "
            "random");
  EXPECT_EQ(Set("budget.epochs=3"),
            "[budget] has no parameter 'epochs'; there is steps, "
            "unique_queries, full_evaluations, simulated_seconds, evaluations, marks, patience, "
            "stop_after_no_improvement, wall_seconds");
  EXPECT_EQ(Set("optimizer.presett=paper"),
            "optimizer 'l2nas' has no parameter 'presett'; did you mean 'preset'?");
  EXPECT_EQ(Set("optimizer.preset=papr"),
            "optimizer 'l2nas' has no preset 'papr'; did you mean 'paper'?");
  EXPECT_EQ(Set("optimizer.preset=3"), "optimizer 'l2nas' has no such preset");
  EXPECT_EQ(Set("optimizer.rea.preset=paper"),
            "optimizer 'rea' has no parameter 'preset'; there "
            "is policy, population, sample");
  EXPECT_EQ(Set("space.policy=x"), "space 'ring' has no parameter 'policy'; there is size");
}

TEST_F(ResolveTest, TablesOfAlternativesAreCheckedToo) {
  EXPECT_EQ(Mistakes(kPipeline + std::string("[optimizer.raa]\n[optimizer.rea]\npopulation = 1\n")),
            "p.toml:14:12: there is no optimizer 'raa'; did you mean 'rea'?\n"
            "p.toml:16:14: 'population': 1 is outside [2, 1000000]");
}

TEST_F(ResolveTest, ComponentTablesOfTheWrongShape) {
  EXPECT_EQ(Mistakes(Replaced("use = \"l2nas\"\n", "")),
            "p.toml:10:1: [optimizer] needs `use`, the id of a component");
  EXPECT_EQ(Mistakes(Replaced("use = \"l2nas\"", "use = 3")),
            "p.toml:11:7: [optimizer] needs `use`, the id of a component");
  EXPECT_EQ(Mistakes(Replaced("use = \"l2nas\"", "top_k = 3")),
            "p.toml:10:1: [optimizer] needs `use`, the id of a component\n"
            "p.toml:11:1: 'top_k' belongs to no component: say which one with `use`");
  EXPECT_EQ(Mistakes(Replaced("[optimizer]", "[[optimizer]]")),
            "p.toml:10:1: [optimizer] must be one table, not a list");
  EXPECT_THAT(Mistakes(Replaced("[optimizer]\nuse = \"l2nas\"\n", "").insert(0, "optimizer = 1\n")),
              testing::HasSubstr("p.toml:1:13: expected a table with `use`, got an integer"));
  EXPECT_EQ(Mistakes(kPipeline, {"oracle=[]"}), "--set oracle=[]: the pipeline has no [oracle]");
}

TEST_F(ResolveTest, ValuesOfTheWrongTypeOrRange) {
  EXPECT_EQ(Set("space.size=5.0"), "'size' must be an integer, not a real number");
  EXPECT_EQ(Set("space.size=101"), "'size': 101 is outside [2, 100]");
  EXPECT_EQ(Set("optimizer.lr=0"), "'lr': 0.0 is outside (0, 1]");
  EXPECT_EQ(Set("optimizer.lr=nan"), "'lr': nan is not finite");
  EXPECT_EQ(Set("optimizer.lr=1"), "");  // an integer in place of a real number
  EXPECT_EQ(Set("optimizer.log_loss=1"), "'log_loss' must be a boolean, not an integer");
  EXPECT_EQ(Set("optimizer.hidden=64"), "'hidden' must be a list of integers, not an integer");
  EXPECT_EQ(Set("optimizer.hidden=[64, 0.5]"),
            "'hidden' must be a list of integers, not one with a real number");
  EXPECT_EQ(Set("optimizer.hidden=[64, 0]"), "'hidden': 0 is outside [1, 4096]");
  EXPECT_EQ(Set("optimizer.decay=[0, 0.5]"), "");
  EXPECT_EQ(Set("optimizer.decay=[0.5, 1]"), "'decay': 1.0 is outside [0, 1)");
  EXPECT_EQ(Set("optimizer.tags=[\"a\", []]"),
            "'tags' must be a list of strings, not one with a list");
  EXPECT_EQ(Set("oracle.dataset=cifar"),
            "'dataset': \"cifar\" is not one of cifar10, cifar100; did you mean \"cifar10\"?");
  EXPECT_EQ(Set("oracle.dataset=10"), "'dataset': \"10\" is not one of cifar10, cifar100");
  EXPECT_EQ(Mistakes(Replaced("[reward]", "dataset = 10\n[reward]")),
            "p.toml:8:11: 'dataset' must be a string, not an integer");
  EXPECT_EQ(Set("execution.on_error=halt"), "'on_error': \"halt\" is not one of skip, stop, retry");
  EXPECT_EQ(Set("budget=3"), "[budget] must be a table, not an integer");
}

TEST_F(ResolveTest, AMistakeIsAlwaysOneLine) {
  EXPECT_EQ(Mistakes(Replaced("\"ring\"", "\"a\\nb\\u001b\\u007f\"")),
            "p.toml:5:7: there is no space 'a\\u000Ab\\u001B\\u007F'; there is ring");
}

TEST_F(ResolveTest, PositionsOfElementsOfLists) {
  EXPECT_EQ(Mistakes(kPipeline + std::string("marks = [10,\n  \"x\"]\n")),
            "p.toml:15:3: 'marks' must be a list of integers, not one with a string");
}

TEST_F(ResolveTest, RequiredParametersAreNeeded) {
  EXPECT_EQ(Mistakes(Replaced("\"acme.table\"", "\"latency\"")),
            "p.toml:7:7: oracle 'latency' needs 'device'\n"
            "p.toml:9:10: no oracle has the metric 'valid_accuracy'; there is latency");
}

TEST_F(ResolveTest, InputFilesMustBeReadableFiles) {
  const std::string here = dir_.path().string();
  EXPECT_EQ(WithoutDirectory(Mistakes(kPipeline, {"oracle.table=" + here + "/no.tsv"})),
            "--set oracle.table=no.tsv: 'table': there is no file no.tsv");
  EXPECT_EQ(Set("oracle.table=/"), "'table': / is not a file");
  EXPECT_EQ(Set("oracle.table="), "'table': needs the name of a file");
  EXPECT_EQ(Set("oracle.table=\"/dev/null\\u0000x\""),
            "'table': a path cannot contain NUL "
            "characters");
  EXPECT_EQ(Set("optimizer.policy=/no/policy"), "'policy': there is no file /no/policy");
  EXPECT_EQ(Set("optimizer.policy="), "");  // it may be empty
  std::filesystem::remove(dir_.path() / "table.tsv");
  EXPECT_EQ(Mistakes(kPipeline), "p.toml:7:7: 'table': there is no file table.tsv");
}

TEST_F(ResolveTest, APolicyIsAnInputFileOfTheOptimizer) {
  EXPECT_EQ(Single(kPipeline + std::string("[optimizer.l2nas]\npolicy = \"table.tsv\"\n"))
                .optimizer.policy,
            dir_.path() / "table.tsv");
}

TEST_F(ResolveTest, NamesMustBeValidDirectoryNames) {
  EXPECT_EQ(Set("pipeline.name="), "'name' also names a directory: it cannot be \"\"");
  EXPECT_EQ(Set("pipeline.name=.."), "'name' also names a directory: it cannot be \"..\"");
  EXPECT_EQ(Set("pipeline.name=a/b"), "'name' also names a directory: it cannot be \"a/b\"");
  EXPECT_EQ(Set("pipeline.name=\"a\\u0000\""),
            "'name' also names a directory: it cannot be \"a\\u0000\"");
  EXPECT_EQ(Set("pipeline.name=1"), "");
}

TEST_F(ResolveTest, SeedsMayBeACountOrAList) {
  EXPECT_THAT(Single(kPipeline, {"pipeline.seeds=3"}).seeds, ElementsAre(0u, 1u, 2u));
  EXPECT_THAT(Single(kPipeline, {"pipeline.seeds=[8, 3]"}).seeds, ElementsAre(8u, 3u));
  EXPECT_EQ(Single(kPipeline, {"pipeline.seeds=10000"}).seeds.size(), 10000u);
  EXPECT_EQ(Set("pipeline.seeds=0"), "'seeds': 0 is outside [1, 10000]");
  EXPECT_EQ(Set("pipeline.seeds=10001"), "'seeds': 10001 is outside [1, 10000]");
  EXPECT_EQ(Set("pipeline.seeds=-1"), "'seeds': -1 is outside [1, 10000]");
  EXPECT_EQ(Set("pipeline.seeds=[]"), "'seeds': there must be 1 to 10000 of them");
  EXPECT_EQ(Set("pipeline.seeds=[1, 2, 1]"), "'seeds': each seed may be given once");
  EXPECT_EQ(Set("pipeline.seeds=[-1]"), "'seeds': -1 is outside [0, 1000000000000000]");
  EXPECT_EQ(Set("pipeline.seeds=many"), "'seeds' must be a list of integers, not a string");
}

TEST_F(ResolveTest, ABudgetNeedsALimit) {
  EXPECT_EQ(Mistakes(Replaced("steps = 100\n", "")),
            "p.toml:12:1: [budget] needs 'steps', 'unique_queries', 'full_evaluations' or "
            "'simulated_seconds'");
  EXPECT_EQ(Mistakes(Replaced("steps = 100", "steps = 0")),
            "p.toml:12:1: [budget] needs 'steps', 'unique_queries', 'full_evaluations' or "
            "'simulated_seconds'");
  EXPECT_EQ(Mistakes(Replaced("steps = 100", "steps = -1")),
            "p.toml:13:9: 'steps': -1 is outside [0, 1000000000000000]");
  EXPECT_EQ(Set("budget.patience=0"), "'patience': 0 is outside [1, 1000000000000000]");
  EXPECT_EQ(Set("execution.max_failures=0"), "'max_failures': 0 is outside [1, 1000000000000000]");
}

TEST_F(ResolveTest, ALimitOnTheCommandLineReplacesOtherKindsInTheFile) {
  const BudgetConfig queries = Single(kPipeline, {"budget.unique_queries=20"}).budget;
  EXPECT_EQ(queries.unique_queries, 20u);
  EXPECT_EQ(queries.steps, std::nullopt);
  const BudgetConfig both =
      Single(kPipeline, {"budget.unique_queries=20", "budget.steps=30"}).budget;
  EXPECT_EQ(both.unique_queries, 20u);
  EXPECT_EQ(both.steps, 30u);
}

// Unless stated otherwise, there are as many evaluations as unique queries; confirmation uses some
// of them.
TEST_F(ResolveTest, EvaluationsBelongToTheLimitsOfTheirSource) {
  const std::string queries = Replaced("steps = 100", "unique_queries = 100\nevaluations = 150");
  EXPECT_EQ(Single(queries, {}).budget.evaluations, 150u);
  EXPECT_EQ(Single(queries, {}).search_evaluations(), 150u);
  EXPECT_EQ(Single(queries, {"confirm.repeats=8"}).search_evaluations(), 110u);
  EXPECT_EQ(Single(queries, {"budget.unique_queries=20"}).search_evaluations(), 20u);
  EXPECT_EQ(
      Single(queries, {"budget.unique_queries=20", "budget.evaluations=30"}).search_evaluations(),
      30u);
  EXPECT_EQ(Single(kPipeline, {"confirm.repeats=8"}).search_evaluations(), std::nullopt);
  EXPECT_EQ(Mistakes(Replaced("steps = 100", "unique_queries = 40\n[confirm]\nrepeats = 8")),
            "p.toml:15:11: [confirm] candidates * repeats is 40, and [budget] has 40 evaluations: "
            "nothing would be left to search with");
}

TEST_F(ResolveTest, MarksAscendUpToTheFirstGivenLimit) {
  EXPECT_THAT(Single(kPipeline, {"budget.marks=[10, 100]"}).budget.marks, ElementsAre(10u, 100u));
  EXPECT_THAT(Single(kPipeline, {"budget.marks=[10, 100]", "budget.steps=50"}).budget.marks,
              ElementsAre(10u));
  EXPECT_THAT(Single(kPipeline, {"budget={unique_queries=20, marks=[20, 21]}"}).budget.marks,
              ElementsAre(20u));
  EXPECT_EQ(Set("budget.marks=[20, 10]"), "'marks' must ascend");
  EXPECT_EQ(Set("budget.marks=[10, 10]"), "'marks' must ascend");
  EXPECT_EQ(Set("budget.marks=[0]"), "'marks': 0 is outside [1, 1000000000000000]");
}

TEST_F(ResolveTest, ATestMetricNeedsPermission) {
  EXPECT_EQ(Set("reward.metric=test_accuracy"),
            "'test_accuracy' is measured on the test split: a search on it says nothing about new "
            "data; use a validation metric, or set allow_test = true in [reward]");
  EXPECT_TRUE(Single(kPipeline, {"reward.metric=test_accuracy", "reward.allow_test=true"})
                  .reward.allow_test);
}

TEST_F(ResolveTest, TransformsNeedAnAccuracyAndRelativeItsReference) {
  EXPECT_EQ(Set("reward.transform=exponential"), "");
  const std::string params = "reward.metric=params";
  EXPECT_EQ(Mistakes(kPipeline, {"reward.transform=exponential", params}),
            "--set reward.metric=params: the reward's transform needs an accuracy in percent or as "
            "a fraction; 'params' is in 'count'");
  EXPECT_EQ(Mistakes(kPipeline, {"reward.transform=relative"}),
            "p.toml:8:1: transform = \"relative\" needs 'reference', AccEnv of eq. 7, above 0, or "
            "'accuracy_env', a file that has it");
  EXPECT_EQ(Set("reward.reference=76"),
            "'reference' means nothing without transform = \"relative\"");
  EXPECT_EQ(Set("reward.reference=-1"), "'reference': -1.0 is outside [0, inf)");
  const Pipeline p = Single(kPipeline, {"reward.transform=relative", "reward.reference=76"});
  EXPECT_EQ(p.reward.transform, Transform::kRelative);
  EXPECT_EQ(p.reward.reference, 76.0);
}

TEST_F(ResolveTest, AFileMayHaveTheReferenceOfTheReward) {
  const std::string file = "reward.accuracy_env=" + Write("weights.safetensors", "").string();
  const Pipeline p = Single(kPipeline, {"reward.transform=relative", file});
  EXPECT_EQ(p.reward.accuracy_env.filename(), "weights.safetensors");
  EXPECT_THAT(Mistakes(kPipeline, {file}),
              testing::HasSubstr("'accuracy_env' means nothing without transform = \"relative\""));
  EXPECT_THAT(
      Mistakes(kPipeline, {"reward.transform=relative", "reward.reference=76", file}),
      testing::HasSubstr("'accuracy_env' takes the place of 'reference': give one of them"));
  EXPECT_THAT(Mistakes(kPipeline, {"reward.transform=relative", "reward.accuracy_env=none"}),
              testing::HasSubstr("'accuracy_env': there is no file"));
}

TEST_F(ResolveTest, MetricsOfSeveralOraclesAreKnownAndVaryingOnesLeftToTheRun) {
  const std::string two =
      "[[oracle]]\nuse = \"acme.table\"\n[[oracle]]\nuse = \"latency\"\n"
      "device = \"phone\"\n";
  const std::string text = Replaced("[oracle]\nuse = \"acme.table\"\n", two);
  EXPECT_EQ(Single(text, {"reward.metric=latency"}).oracles.size(), 2u);
  EXPECT_EQ(Single(kPipeline, {"oracle.use=varying", "reward.metric=anything"}).reward.metric,
            "anything");
}

TEST_F(ResolveTest, LimitsTermsAndGoalsAreListsOfTables) {
  const RewardConfig reward =
      Single(kPipeline,
             {"reward.limits=[{metric=\"params\", max=350e6}, {metric=\"params\", min=5}]",
              "reward.limit_rule=penalty", "reward.penalty=absolute", "reward.penalty_weight=-1",
              "reward.add=[{metric=\"params\", weight=-2}]",
              "reward.goals=[{metric=\"valid_accuracy\", reference=60}, {metric=\"params\"}]"})
          .reward;
  ASSERT_EQ(reward.limits.size(), 2u);
  EXPECT_EQ(reward.limits[0].max, 350e6);
  EXPECT_EQ(reward.limits[0].min, std::nullopt);
  EXPECT_EQ(reward.limits[1].min, 5);
  EXPECT_EQ(reward.limit_rule, LimitRule::kPenalty);
  EXPECT_EQ(reward.penalty, Penalty::kAbsolute);
  EXPECT_EQ(reward.penalty_weight, -1);
  EXPECT_EQ(reward.add.at(0).weight, -2);
  ASSERT_EQ(reward.goals.size(), 2u);
  EXPECT_EQ(reward.goals[0].reference, 60);
  EXPECT_EQ(reward.goals[1].reference, std::nullopt);
}

TEST_F(ResolveTest, APublishedFigureIsOfAMetricThatAnOracleHas) {
  const std::string figure = std::string(kPipeline) + "[[reference]]\nlabel = \"x\"\nmean = 1\n";
  EXPECT_EQ(Single(figure + "metric = \"params\"\n").references.at(0).metric, "params");
  EXPECT_THAT(Mistakes(figure + "metric = \"param\"\n"),
              EndsWith("no oracle has the metric 'param'; did you mean 'params'?"));
}

TEST_F(ResolveTest, WrongLimitsTermsAndGoalsSayWhere) {
  const auto with = [](const std::string& line) {
    return Replaced("metric = \"valid_accuracy\"\n", "metric = \"valid_accuracy\"\n" + line);
  };
  EXPECT_EQ(Mistakes(with("limits = [{metric = \"param\", max = 1}]\n")),
            "p.toml:10:11: no oracle has the metric 'param'; did you mean 'params'?");
  EXPECT_EQ(Mistakes(with("limits = [{metric = \"params\"}]\n")),
            "p.toml:10:11: a limit needs 'max' or 'min'");
  EXPECT_EQ(Mistakes(with("limits = [{metric = \"params\", min = 3, max = 2}]\n")),
            "p.toml:10:11: no value is at least 3.0 and at most 2.0");
  EXPECT_EQ(Mistakes(with("limits = [{metric = \"params\", min = 1, maximum = 1}]\n")),
            "p.toml:10:40: [reward.limits] has no parameter 'maximum'; there is metric, max, min");
  EXPECT_EQ(Mistakes(with("limits = {metric = \"params\", max = 1}\n")),
            "p.toml:10:10: 'limits' must be a list of tables, not a table");
  EXPECT_EQ(Mistakes(with("limits = [{metric = \"test_accuracy\", min = 1}]\n"))
                .find("p.toml:10:11: 'test_accuracy' is measured on the test split"),
            0u);
  EXPECT_EQ(Mistakes(with("goals = [{metric = \"params\"}, {metric = \"params\"}]\n")),
            "p.toml:10:10: 'params' is a goal twice\np.toml:10:31: 'params' is a goal twice");
  EXPECT_EQ(Mistakes(with("add = [{metric = \"params\"}]\n")).find("p.toml:10:8: "), 0u);
  EXPECT_EQ(Mistakes(with("limit_rule = \"death\"\nlimits = [{metric = \"params\", max = 0}]\n")),
            "");
  EXPECT_EQ(
      Mistakes(with("limit_rule = \"penalty\"\nlimits = [{metric = \"params\", max = 0}]\n")),
      "p.toml:11:11: a penalty is made of the ratio metric / limit: the limit must be above 0, not "
      "0.0");
}

TEST_F(ResolveTest, TheLastTrialIsTheResultOnlyWhereNothingNeedsABest) {
  const std::string last =
      Replaced("metric = \"valid_accuracy\"\n", "metric = \"valid_accuracy\"\nresult = \"last\"\n");
  EXPECT_EQ(Single(last).reward.result, ResultRule::kLast);
  EXPECT_EQ(Single(kPipeline).reward.result, ResultRule::kBest);
  EXPECT_THAT(Mistakes(last + "[confirm]\nrepeats = 2\n"),
              EndsWith("[confirm] chooses among the best trials, and result = \"last\" in [reward] "
                       "takes the last trial"));
  EXPECT_THAT(Mistakes(last, {"budget.stop_after_no_improvement=5"}),
              EndsWith("'stop_after_no_improvement' waits for a better one, and result = \"last\" "
                       "in [reward] takes the last trial"));
  EXPECT_THAT(Mistakes(last, {"reward.goals=[{metric=\"valid_accuracy\"},{metric=\"params\"}]"}),
              EndsWith("'goals' keep the front of all trials, and result = \"last\" in [reward] "
                       "takes the last trial"));
}

TEST(CheckReward, WorksTheSameForTheMetricsOfARun) {
  const auto mistakes = [](const RewardConfig& reward, std::span<const MetricDeclaration> metrics) {
    Diagnostics diagnostics;
    CheckReward(reward, metrics, diagnostics);
    return diagnostics.size();
  };
  RewardConfig reward;
  reward.metric = "accuracy";
  EXPECT_EQ(mistakes(reward, {}), 1u);
  MetricDeclaration metric;
  metric.name = "accuracy";
  metric.unit = "fraction";
  metric.split = LODE_SPLIT_VALIDATION;
  reward.transform = Transform::kExponential;
  EXPECT_EQ(mistakes(reward, std::span(&metric, 1)), 0u);
  metric.unit = "percent";
  EXPECT_EQ(mistakes(reward, std::span(&metric, 1)), 0u);
}

TEST_F(ResolveTest, AGridHasEveryCombinationWithTheFirstKeySlowest) {
  const auto searches = Searches(kPipeline + std::string(R"([grid]
"oracle.dataset" = ["cifar10", "cifar100"]
"optimizer.use" = ["rea", "l2nas"]
)"));
  ASSERT_EQ(searches.size(), 4u);
  EXPECT_THAT(searches[0].point,
              ElementsAre(Pair("oracle.dataset", "cifar10"), Pair("optimizer.use", "rea")));
  EXPECT_THAT(searches[1].point,
              ElementsAre(Pair("oracle.dataset", "cifar10"), Pair("optimizer.use", "l2nas")));
  EXPECT_THAT(searches[2].point,
              ElementsAre(Pair("oracle.dataset", "cifar100"), Pair("optimizer.use", "rea")));
  EXPECT_EQ(searches[1].pipeline.optimizer.id, "l2nas");
  EXPECT_EQ(Get<std::string>(searches[2].pipeline.oracles[0], "dataset"), "cifar100");
}

TEST_F(ResolveTest, GridValuesOfEveryTypeHaveWords) {
  const auto searches = Searches(kPipeline + std::string(R"([grid]
"optimizer.lr" = [1, 0.5]
"optimizer.hidden" = [[8, 16]]
"optimizer.log_loss" = [true]
"exploration" = [[], [{use = "warm_up", steps = 5}]]
)"));
  ASSERT_EQ(searches.size(), 4u);
  EXPECT_THAT(searches[1].point,
              ElementsAre(Pair("optimizer.lr", "1"), Pair("optimizer.hidden", "8 16"),
                          Pair("optimizer.log_loss", "true"),
                          Pair("exploration", "{use=warm_up steps=5}")));
  EXPECT_EQ(searches[0].point[3].second, "none");
  EXPECT_EQ(searches[1].pipeline.explorations.size(), 1u);
}

TEST_F(ResolveTest, AnOverrideOfAnAxisReducesItToOneValue) {
  const std::string text = kPipeline + std::string(R"([grid]
"oracle.dataset" = ["cifar10", "cifar100"]
"optimizer.use" = ["rea", "l2nas"]
)");
  const auto searches = Searches(text, {"optimizer.use=random"});
  ASSERT_EQ(searches.size(), 2u);
  EXPECT_THAT(searches[1].point,
              ElementsAre(Pair("oracle.dataset", "cifar100"), Pair("optimizer.use", "random")));
  EXPECT_EQ(searches[1].pipeline.optimizer.id, "random");
  EXPECT_EQ(Searches(text, {"grid.\"oracle.dataset\"=[\"cifar10\"]"}).size(), 2u);
}

TEST_F(ResolveTest, AGridOnTheCommandLineKeepsItsOrder) {
  const auto searches =
      Searches(kPipeline, {"grid={\"space.size\"=[3, 4], \"oracle.dataset\"=[\"cifar10\"]}"});
  ASSERT_EQ(searches.size(), 2u);
  EXPECT_THAT(searches[1].point,
              ElementsAre(Pair("space.size", "4"), Pair("oracle.dataset", "cifar10")));
}

TEST_F(ResolveTest, ZippedPathsOfAGridChangeTogether) {
  const auto searches = Searches(kPipeline + std::string(R"([grid]
"space.size" = [3, 4]
"optimizer.use" = ["rea", "l2nas"]
"oracle.dataset" = ["cifar10", "cifar100"]
zip = ["oracle.dataset", "space.size"]
)"));
  ASSERT_EQ(searches.size(), 4u);
  EXPECT_THAT(searches[1].point,
              ElementsAre(Pair("space.size", "3"), Pair("oracle.dataset", "cifar10"),
                          Pair("optimizer.use", "l2nas")));
  EXPECT_THAT(searches[2].point,
              ElementsAre(Pair("space.size", "4"), Pair("oracle.dataset", "cifar100"),
                          Pair("optimizer.use", "rea")));
  EXPECT_EQ(Get<std::string>(searches[3].pipeline.oracles[0], "dataset"), "cifar100");
  EXPECT_EQ(Get<std::int64_t>(searches[3].pipeline.space, "size"), 4);
}

// Only the combination of values must distinguish runs.
TEST_F(ResolveTest, AValueOfAZippedPathMayRepeat) {
  const std::string grid = kPipeline + std::string(R"([grid]
"space.size" = [3, 3, 4, 4]
"budget.steps" = [10, 20, 10, 20]
"optimizer.top_k" = [5, 6]
"oracle.dataset" = ["cifar10", "cifar100"]
)");
  const auto searches = Searches(
      grid + R"(zip = [["budget.steps", "space.size"], ["optimizer.top_k", "oracle.dataset"]])");
  ASSERT_EQ(searches.size(), 8u);
  EXPECT_EQ(searches[7].pipeline.budget.steps, 20u);
  EXPECT_EQ(Get<std::string>(searches[7].pipeline.oracles[0], "dataset"), "cifar100");
}

TEST_F(ResolveTest, AnOverrideOfAZippedPathKeepsTheValuesThatBelongToIt) {
  const std::string text = kPipeline + std::string(R"([grid]
zip = ["oracle.dataset", "space.size"]
"oracle.dataset" = ["cifar10", "cifar100", "cifar10"]
"space.size" = [3, 4, 5]
)");
  const auto searches = Searches(text, {"oracle.dataset=cifar10"});
  ASSERT_EQ(searches.size(), 2u);
  EXPECT_THAT(searches[1].point,
              ElementsAre(Pair("oracle.dataset", "cifar10"), Pair("space.size", "5")));
  EXPECT_THAT(Searches(text, {"oracle.dataset=cifar10", "space.size=9"}).at(0).point,
              ElementsAre(Pair("oracle.dataset", "cifar10"), Pair("space.size", "9")));
  EXPECT_EQ(Searches(text, {"grid.zip=[\"space.size\", \"oracle.dataset\"]"}).size(), 3u);
  EXPECT_EQ(Mistakes(text, {"space.size=6"}),
            "--set space.size=6: 'space.size' is zipped in [grid] with others, which have no value "
            "for '6'; there is 3, 4, 5");
}

TEST_F(ResolveTest, WrongZips) {
  const std::string grid = std::string(kPipeline) +
                           "[grid]\n\"space.size\" = [3, 4]\n\"optimizer.top_k\" = [5, 6, 7]\n"
                           "\"budget.steps\" = [9, 8]\n";
  EXPECT_EQ(Mistakes(grid + "zip = [\"space.size\", \"optimizer.top_k\"]\n"),
            "p.toml:16:1: 'optimizer.top_k' has 3 values, and 'space.size', which it is zipped "
            "with, has 2");
  EXPECT_EQ(Mistakes(grid + "zip = [\"space.size\", \"space.sizes\"]\n"),
            "p.toml:18:22: [grid] has no values for 'space.sizes'; did you mean 'space.size'?");
  EXPECT_EQ(Mistakes(grid + "zip = [\"space.size\", \"space.size\"]\n"),
            "p.toml:18:22: 'zip' has 'space.size' twice");
  EXPECT_EQ(Mistakes(grid + "zip = [[\"space.size\", \"budget.steps\"],\n [\"budget.steps\", "
                            "\"optimizer.top_k\"]]\n"),
            "p.toml:19:3: 'zip' has 'budget.steps' twice");
  for (const std::string zip : {"3", "[]", "[\"space.size\"]", "[3, 4]", "\"space.size\""}) {
    EXPECT_EQ(Mistakes(grid + "zip = " + zip + "\n"),
              "p.toml:18:7: 'zip' must be a list of paths of [grid], two or more, or a list of "
              "such lists");
  }
  EXPECT_EQ(Mistakes(kPipeline +
                     std::string("[grid]\n\"space.size\" = [3, 3]\n\"budget.steps\" = [9, 9]\n"
                                 "zip = [\"space.size\", \"budget.steps\"]\n")),
            "p.toml:15:1: 'space.size', 'budget.steps' has the value '3 9' twice");
  EXPECT_EQ(Mistakes(kPipeline + std::string("[grid]\n\"space.size\" = []\n\"budget.steps\" = [9]\n"
                                             "zip = [\"space.size\", \"budget.steps\"]\n")),
            "p.toml:15:1: 'space.size' needs a list of values, at least one");
}

// Each point has a hundred mistakes, so resolving stops after 100 of 200 points.
TEST_F(ResolveTest, MistakesOfAGridsPointsAreBounded) {
  std::string text = kPipeline;
  for (int i = 0; i < 99; ++i) { text.append("k").append(std::to_string(i)).append(" = 1\n"); }
  text += "[grid]\n\"space.size\" = [";
  for (int i = 0; i < 200; ++i) { text += std::to_string(i + 101) + ", "; }
  try {
    Searches(text + "]\n");
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_EQ(e.diagnostics().size(), 99u + 100u);  // every key once, and the sizes that were seen
  }
}

TEST_F(ResolveTest, AWrongRewardCausesNoFurtherReports) {
  EXPECT_EQ(Set("reward.metric=[]"), "'metric' must be a string, not a list");
  EXPECT_EQ(Mistakes(kPipeline, {"reward.transform=relativ", "reward.reference=76"}),
            "--set reward.transform=relativ: 'transform': \"relativ\" is not one of identity, "
            "exponential, relative; did you mean \"relative\"?");
  EXPECT_EQ(Mistakes(kPipeline, {"reward.transform=relative", "reward.reference=-1"}),
            "--set reward.reference=-1: 'reference': -1.0 is outside [0, inf)");
}

TEST_F(ResolveTest, WrongGrids) {
  const std::string grid = std::string(kPipeline) + "[grid]\n";
  EXPECT_EQ(Mistakes(grid + "oracle.dataset = [\"cifar10\"]\n"),
            "p.toml:15:1: 'oracle' is a table; write a path with dots as \"oracle.NAME\"");
  EXPECT_EQ(Mistakes(grid + "\"space.size\" = 3\n"),
            "p.toml:15:1: 'space.size' needs a list of values, at least one");
  EXPECT_EQ(Mistakes(grid + "\"space.size\" = []\n"),
            "p.toml:15:1: 'space.size' needs a list of values, at least one");
  EXPECT_EQ(Mistakes(grid + "\"space..size\" = [3]\n"),
            "p.toml:15:1: 'space..size' is not a path like \"oracle.dataset\"");
  EXPECT_EQ(Mistakes(grid + "\"space.size\" = [3, 4, 3]\n"),
            "p.toml:15:1: 'space.size' has the value '3' twice");
  EXPECT_EQ(Mistakes(grid + "\"plugins.paths\" = [[\"a\"]]\n"),
            "p.toml:15:1: [plugins] is the same at every point of a grid");
  EXPECT_EQ(Mistakes(grid + "\"space.size\" = [3,\n 1, 200]\n"),
            "p.toml:16:2: 'size': 1 is outside [2, 100]\n"
            "p.toml:16:5: 'size': 200 is outside [2, 100]");
  EXPECT_EQ(Mistakes(grid + "\"spce.size\" = [3]\n"),
            "p.toml:15:16: a pipeline has no 'spce'; did you mean 'space'?");
  EXPECT_EQ(Set("grid=3"), "[grid] must be a table of paths and lists of values");
}

TEST_F(ResolveTest, AMistakeOutsideTheGridIsReportedOnce) {
  EXPECT_EQ(Mistakes(kPipeline + std::string("step = 1\n[grid]\n\"space.size\" = [3, 4, 5]\n")),
            "p.toml:14:1: [budget] has no parameter 'step'; did you mean 'steps'?");
}

TEST_F(ResolveTest, TheSizeOfAGridIsBounded) {
  std::string values;
  for (int i = 0; i < 101; ++i) { values += std::to_string(i + 1) + ", "; }
  const std::string grid =
      std::string(kPipeline) + "[grid]\n\"optimizer.top_k\" = [" + values + "]\n";
  EXPECT_EQ(Mistakes(grid + "\"budget.steps\" = [" + values + "]\n"),
            "p.toml:14:1: the grid has more than 10000 points");
  EXPECT_EQ(Mistakes(grid, {"pipeline.seeds=1000"}),
            "p.toml:14:1: the grid's points and their seeds make more than 100000 runs");
}

TEST_F(ResolveTest, PublishedFiguresAreRead) {
  const Pipeline p = Single(kPipeline + std::string(R"([[reference]]
label = "table 1"
where = {"oracle.dataset" = "cifar10", "space.size" = 5}
mark = 50
mean = 91
std = 0.5
[[reference]]
label = "table 2"
mean = 92.5
)"));
  ASSERT_EQ(p.references.size(), 2u);
  EXPECT_EQ(p.references[0].label, "table 1");
  EXPECT_THAT(p.references[0].where,
              ElementsAre(Pair("oracle.dataset", "cifar10"), Pair("space.size", "5")));
  EXPECT_EQ(p.references[0].mark, 50u);
  EXPECT_EQ(p.references[0].mean, 91.0);
  EXPECT_EQ(p.references[0].std, 0.5);
  EXPECT_FALSE(p.references[1].mark);
}

TEST_F(ResolveTest, WrongPublishedFigures) {
  EXPECT_EQ(Mistakes(kPipeline + std::string("[reference]\nlabel = \"x\"\nmean = 1\n")),
            "p.toml:14:1: published figures are a list: write [[reference]]");
  EXPECT_EQ(Mistakes(kPipeline + std::string("[[reference]]\nwhere = 3\nstd = -1\n")),
            "p.toml:14:1: [reference] needs 'label'\n"
            "p.toml:14:1: [reference] needs 'mean'\n"
            "p.toml:15:9: 'where' must be a table of grid paths and values\n"
            "p.toml:16:7: 'std': -1.0 is outside [0, inf)");
}

TEST_F(ResolveTest, PluginPathsAreReadWhateverElseIsWrong) {
  const auto paths = [this](const std::string& text) {
    return PluginPaths(Document::Read(Write("p.toml", text), {}));
  };
  EXPECT_THAT(paths("optimizer = 3\n[plugins]\npaths = [\"a\", 1, \"/b/../c\"]\n"),
              ElementsAre(dir_.path() / "a", "/c"));
  EXPECT_THAT(paths("[plugins]\npaths = 3\n"), IsEmpty());
  EXPECT_THAT(paths("a = 1\n"), IsEmpty());
  EXPECT_EQ(Set("plugins.paths=3"), "'paths' must be a list of strings, not an integer");
  EXPECT_THAT(paths("[plugins]\npaths = [\"a\\u0000b\"]\n"), IsEmpty());
  EXPECT_EQ(Set("plugins.paths=[\"a\\u0000b\"]"), "'paths': a path cannot contain NUL characters");
  EXPECT_EQ(Set("plugins.path=3"), "[plugins] has no parameter 'path'; did you mean 'paths'?");
}

TEST_F(ResolveTest, IsolationFollowsFromOptionsThatNeedIt) {
  EXPECT_FALSE(Single(kPipeline).execution.isolates_oracles());
  for (const char* override :
       {"execution.workers=2", "execution.timeout_seconds=5", "execution.memory_limit=100",
        "oracle=[{use=\"acme.table\"}, {use=\"latency\", device=\"d\"}]"}) {
    EXPECT_TRUE(Single(kPipeline, {override}).execution.isolates_oracles()) << override;
  }
  EXPECT_FALSE(Single(kPipeline, {"oracle=[{use=\"acme.table\"}, {use=\"latency\", "
                                  "device=\"d\"}]",
                                  "execution.isolate=false"})
                   .execution.isolates_oracles());
  const std::string of_limits =
      "'timeout_seconds' and 'memory_limit' apply to child processes: with them, 'isolate' cannot "
      "be false";
  EXPECT_EQ(Set("execution={isolate=false, timeout_seconds=5}"), of_limits);
  EXPECT_EQ(Set("execution={isolate=false, memory_limit=100}"), of_limits);
  EXPECT_THAT(Set("execution={isolate=false, workers=2}"), EndsWith("'isolate' cannot be false"));
}

TEST_F(ResolveTest, SeveralWorkersNeedNoProcessesIfAllOraclesCanDoTheSame) {
  const auto isolates = [this](const std::string& oracles, const std::string& execution) {
    return Single(kPipeline,
                  {"oracle=" + oracles, "reward.metric=predictor", "execution=" + execution})
        .execution.isolates_oracles();
  };
  const std::string predictor = "[{use=\"predictor\"}]";
  EXPECT_FALSE(isolates(predictor, "{workers=2}"));
  EXPECT_FALSE(isolates(predictor, "{workers=2, isolate=false}"));
  EXPECT_TRUE(isolates(predictor, "{workers=2, isolate=true}"));
  EXPECT_TRUE(isolates(predictor, "{workers=2, timeout_seconds=5}"));
  EXPECT_TRUE(isolates(predictor, "{workers=2, memory_limit=100}"));
  EXPECT_FALSE(isolates("[{use=\"predictor\"}, {use=\"size\"}]", "{workers=2}"));
  EXPECT_TRUE(isolates("[{use=\"predictor\"}, {use=\"acme.table\"}]", "{workers=2}"));
}

TEST(HostTables, AreDocumented) {
  for (const HostTable& table : HostTables()) {
    EXPECT_FALSE(table.doc.empty()) << table.name;
    for (const ParamDeclaration& p : table.params) {
      EXPECT_THAT(p.doc, EndsWith(".")) << table.name << "." << p.name;
      EXPECT_EQ(&FindHostTable(table.name), &table);
    }
  }
}

// A value from the command line or the environment may have another type than declared, if its text
// fits.
TEST_F(ResolveTest, ATextMayLookLikeANumber) {
  const std::string latency = Replaced("acme.table", "latency");
  for (const std::string text : {"1.20", "007", "7", "true", "1e3", "0x10", "inf", "2026-01-02"}) {
    const Pipeline p = Single(latency, {"oracle.device=" + text, "reward.metric=latency"});
    EXPECT_EQ(Get<std::string>(p.oracles[0], "device"), text);
  }
  const Pipeline p =
      Single(kPipeline, {"optimizer.tags=[1.20, \"x\", true]", "pipeline.name=2026"});
  EXPECT_THAT(Get<std::vector<std::string>>(p.optimizer, "tags"), ElementsAre("1.20", "x", "true"));
  EXPECT_EQ(p.name, "2026");
}

TEST_F(ResolveTest, ATextMayBeANumberOrAList) {
  const ScopedVariable hidden("LODE_TEST_HIDDEN", "[16, 8]");
  const Pipeline p =
      Single(kPipeline, {"optimizer.top_k=\"32\"", "optimizer.lr=.5", "optimizer.log_loss=\"true\"",
                         "optimizer.hidden=\"${LODE_TEST_HIDDEN}\""});
  EXPECT_EQ(Get<std::int64_t>(p.optimizer, "top_k"), 32);
  EXPECT_EQ(Get<double>(p.optimizer, "lr"), 0.5);
  EXPECT_TRUE(Get<bool>(p.optimizer, "log_loss"));
  EXPECT_THAT(Get<std::vector<std::int64_t>>(p.optimizer, "hidden"), ElementsAre(16, 8));
  EXPECT_EQ(Set("optimizer.top_k=\"x\""), "'top_k' must be an integer, not a string");
  EXPECT_EQ(Set("oracle.dataset=1.2"), "'dataset': \"1.2\" is not one of cifar10, cifar100");
  EXPECT_EQ(Mistakes(Replaced("use = \"acme.table\"", "use = \"acme.table\"\ndataset = 1.2")),
            "p.toml:8:11: 'dataset' must be a string, not a real number");
}

TEST_F(ResolveTest, APolicyIsForOptimizersThatCanLoadOne) {
  Write("policy", "learned");
  EXPECT_EQ(Single(kPipeline, {"optimizer.policy=" + (dir_.path() / "policy").string()})
                .optimizer.policy.filename(),
            "policy");
  const std::string rea = "optimizer={use=\"rea\", policy=\"policy\"}";
  EXPECT_EQ(Set(rea),
            "optimizer 'rea' cannot start from a policy: it does not save any; there is "
            "l2nas");
  EXPECT_EQ(Mistakes(Replaced("[optimizer]\n", "[optimizer.rea]\npolicy = \"x\"\n[optimizer]\n")),
            "p.toml:11:10: optimizer 'rea' cannot start from a policy: it does not save any; there "
            "is l2nas");
}

}  // namespace
}  // namespace lode::core
