#include "core/config/host_tables.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace lode::core {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kMaxCount = 1e15;

ParamDeclaration Declare(const char* name, lode_type type, Value fallback, const char* doc,
                         double min = -kInf, double max = kInf) {
  ParamDeclaration p;
  p.name = name;
  p.type = type;
  p.default_value = std::move(fallback);
  p.doc = doc;
  p.min = min;
  p.max = max;
  return p;
}

ParamDeclaration RequiredParam(ParamDeclaration p) {
  p.flags |= LODE_PARAM_REQUIRED;
  return p;
}

ParamDeclaration KeepsResults(ParamDeclaration p) {
  p.flags |= kKeepsResults;
  return p;
}

ParamDeclaration KeepsTrials(ParamDeclaration p) {
  p.flags |= kKeepsTrials;
  return p;
}

ParamDeclaration OpenMin(ParamDeclaration p) {
  p.flags |= LODE_PARAM_OPEN_MIN;
  return p;
}

ParamDeclaration Choice(const char* name, std::vector<std::string> choices, const char* doc) {
  ParamDeclaration p = Declare(name, LODE_T_CHOICE, choices.front(), doc);
  p.choices = std::move(choices);
  return p;
}

ParamDeclaration Count(const char* name, std::int64_t fallback, const char* doc) {
  return Declare(name, LODE_T_INT, fallback, doc, 1, kMaxCount);
}

// A count of which 0 stands for none.
ParamDeclaration LimitOrNone(const char* name, const char* doc, const char* unit = "") {
  ParamDeclaration p = Declare(name, LODE_T_INT, std::int64_t{0}, doc, 0, kMaxCount);
  p.unit = unit;
  return p;
}

ParamDeclaration Seconds(const char* name, const char* doc) {
  ParamDeclaration p = Declare(name, LODE_T_REAL, 0.0, doc, 0);
  p.unit = "s";
  return p;
}

// A number that need not be given: infinity stands for none.
ParamDeclaration Optional(const char* name, const char* doc) {
  return Declare(name, LODE_T_REAL, kInf, doc);
}

const Value kNoText = std::string();
const Value kNoInts = std::vector<std::int64_t>();

std::vector<HostTable> RewardTables() {
  return {
      {"reward",
       "what the optimizer maximises",
       {RequiredParam(Declare("metric", LODE_T_STRING, kNoText,
                              "The metric of an oracle that it is made of.")),
        Choice("transform", {"identity", "exponential", "relative"},
               "identity: the metric itself; exponential: 100^accuracy (L2NAS, eq. 3); relative: "
               "100^(accuracy / reference) / 100 - 1 (eq. 7)."),
        Declare("reference", LODE_T_REAL, 0.0,
                "AccEnv of eq. 7, in the metric's unit; needed by relative only.", 0),
        Declare("allow_test", LODE_T_BOOL, false,
                "Whether the reward, its limits and goals may be measured on a test split: the "
                "figures that come out are "
                "then no estimate of "
                "how the method does on new data."),
        OpenMin(Declare("scale", LODE_T_REAL, 1.0,
                        "Factor on the transformed metric: optimizers that learn the reward want "
                        "it near 1, which counts are far from.",
                        0)),
        Choice("limit_rule", {"rejection", "penalty", "death"},
               "How `limits` are kept. rejection: what breaks one is not measured further, and "
               "another architecture is proposed in the same step; penalty: it is measured, and "
               "its accuracy lowered before the transform; death: it is measured, and counts as "
               "an accuracy of 0. A trial that breaks a limit is never the best."),
        Count("max_rejections", 10000,
              "rejection: proposals in a row that break a limit before the run gives up."),
        Choice(
            "penalty", {"soft", "absolute"},
            "soft: accuracy * (metric / limit)^penalty_weight for each limit, limit / metric for a "
            "minimum (MnasNet, Tan et "
            "al., CVPR 2019); absolute: accuracy + penalty_weight * |metric / limit - 1| "
            "(TuNAS, Bender et al., CVPR 2020), accuracy as a fraction. Both pull towards the "
            "limit from within, too."),
        Declare("penalty_weight", LODE_T_REAL, -0.07,
                "The penalty's weight: negative, so that beyond the limit costs.")}},
      {"reward.limits",
       "what metrics must keep to: `limits = [{metric = \"macs\", max = 350e6}]`; one has max, min "
       "or "
       "both",
       {RequiredParam(Declare("metric", LODE_T_STRING, kNoText, "A metric of an oracle.")),
        Optional("max", "Largest value allowed."), Optional("min", "Smallest value allowed.")},
       true},
      {"reward.add",
       "weighted sum: `add = [{metric = \"macs\", weight = -1e-9}]`",
       {RequiredParam(Declare("metric", LODE_T_STRING, kNoText,
                              "A metric of an oracle; added to the transformed reward.")),
        RequiredParam(Declare("weight", LODE_T_REAL, 0.0,
                              "What a unit of the metric is worth; negative if less is better."))},
       true},
      {"reward.goals",
       "several goals: `goals = [{metric = \"predicted_accuracy\"}, {metric = \"macs\"}]`. "
       "Optimizers for several goals (nsga2) seek their Pareto front instead of the reward; the "
       "front is kept "
       "whatever the optimizer. Without them it is kept of the reward's metric, `limits` and `add`",
       {RequiredParam(
            Declare("metric", LODE_T_STRING, kNoText,
                    "A metric of an oracle: more or less of it is better as it declares.")),
        Optional("reference",
                 "The worst value that counts, in the metric's unit: the hypervolume's reference "
                 "point. A hypervolume is given if every goal has one.")},
       true},
  };
}

std::vector<HostTable> FirstTables() {
  return {
      {"",
       "what the file builds on",
       {Declare(
           "include", LODE_T_STRING_LIST, std::vector<std::string>(),
           "A file, or a list of them, that this one is laid over: what it says itself wins. "
           "Tables are merged key by key, lists are replaced; a table of numbers changes elements "
           "of a list: `[oracle.1]` keys of the second `[[oracle]]`. Relative names start at "
           "this file.")}},
      {"pipeline",
       "what it is",
       {KeepsResults(
            RequiredParam(Declare("name", LODE_T_STRING, kNoText,
                                  "Name of the pipeline: heads its tables and its directory."))),
        KeepsResults(Declare("description", LODE_T_STRING, kNoText, "What it is for.")),
        KeepsResults(Declare("seeds", LODE_T_INT_LIST, std::vector<std::int64_t>{0},
                             "Which seeds to run ([3, 5, 8]), or how many (10 stands for 0 to 9).",
                             0, kMaxCount))}},
  };
}

HostTable BudgetTable() {
  return {
      "budget",
      "when the search ends: steps, unique_queries or simulated_seconds, or several of them",
      {LimitOrNone("steps", "Number of trials (`trials` is read as the same); 0: not limited."),
       Count("unique_queries", 0,
             "Number of distinct architectures that an oracle was asked about; known ones are "
             "free, and so is what is merely computed (analytic) beside an oracle that measures. "
             "Where everything is computed, it is the number of distinct architectures. "
             "Without it they are not limited."),
       LimitOrNone(
           "simulated_seconds",
           "What the evaluations may cost together, in seconds that the oracle says they would "
           "take (nb201.table: training); 0: not limited. Known results cost nothing.",
           "s"),
       LimitOrNone(
           "evaluations",
           "Oracles with noisy metrics are asked again about an architecture that is proposed "
           "again: how many evaluations may be made of them in all, those of [confirm] "
           "included. "
           "0: as many as unique_queries, if those are limited. Without noisy metrics it means "
           "nothing."),
       KeepsTrials(Declare(
           "marks", LODE_T_INT_LIST, kNoInts,
           "Earlier points to report the best at, ascending, in steps if steps are limited, "
           "else in unique queries if those are, else in simulated seconds.",
           1, kMaxCount)),
       Count("patience", 100000,
             "Steps in a row without a new architecture that end a search without a limit on "
             "steps."),
       LimitOrNone(
           "stop_after_no_improvement",
           "Steps in a row without a better best that end a search: its trial is not better than "
           "all before it, failed, or broke a limit. Proposals that are rejected are no steps. "
           "With "
           "[reward] goals a trial that joins the Pareto front is an improvement; with noisy "
           "metrics, an architecture that has the best lower confidence bound for the first time. "
           "0: the search continues."),
       KeepsResults(Seconds(
           "wall_seconds",
           "By the clock, from the command's start (a slot of a cluster): then the command ends "
           "within two seconds, with exit status 4, and `lode resume` continues. It determines no "
           "trial, so it may change; `--wall-seconds` takes its place. 0: not limited."))}};
}

HostTable ConfirmTable() {
  return {"confirm",
          "what is measured again when a search with noisy metrics has ended. Lower confidence "
          "bound "
          "of "
          "an architecture: mean reward - s * sqrt(2 * ln(10 * A) / n), of n measurements, s the "
          "standard deviation within architectures, A how many were measured. The candidates with "
          "the "
          "best lower confidence bounds are measured `repeats` times more each, and the best by "
          "these "
          "measurements alone is reported. It is paid from "
          "budget.evaluations, which the search leaves candidates * repeats of; without a limit on "
          "evaluations it comes on top. A larger budget (--extend) confirms anew",
          {Declare("repeats", LODE_T_INT, std::int64_t{0},
                   "Measurements of each candidate; 0: nothing is confirmed.", 0, 4095),
           Declare("candidates", LODE_T_INT, std::int64_t{5}, "How many architectures.", 1, 1000)}};
}

HostTable ExecutionTable() {
  return {
      "execution",
      "where evaluations happen, how failures are met, when trials are on the disk",
      {KeepsResults(Choice(
           "on_error", {"skip", "stop", "retry"},
           "What a failed evaluation does. skip: its trial fails, and the search continues; stop: "
           "it ends the run; retry: it is made again, `retries` times at most, then skip.")),
       KeepsResults(Count(
           "retries", 3,
           "With on_error = \"retry\": how often a failed evaluation is made again, for failures "
           "that pass (a lost device, a full queue). Before the first time 0.1 s pass, and twice "
           "as much before each further one, up to a minute.")),
       KeepsResults(Count("max_failures", 10, "Failed trials in a row that end the run.")),
       KeepsResults(Choice(
           "commit", {"auto", "trial", "batch"},
           "When a trial is on the disk. trial: before the optimizer learns of it; batch: at "
           "most 100 ms later; auto: trial if its evaluation took 10 ms or more, else batch.")),
       Declare("workers", LODE_T_INT, std::int64_t{1},
               "Evaluations at once, each in a process of its own. More than one changes the "
               "trials: so many proposals are asked for before the first result is told. Under "
               "MPI the other ranks are the workers.",
               1, 1024),
       Declare("threads", LODE_T_INT, std::int64_t{1},
               "Threads that each evaluation, and each preparation, may keep busy. With another "
               "number sums of a training are rounded differently, so it is not the machine's.",
               1, 1024),
       KeepsResults(Choice(
           "isolate", {"false", "true", "all"},
           "Which components are in child processes. true: oracles, where a crash, a hang or too "
           "much memory costs one trial. all: the others, too, in one process, where it fails "
           "the run with the component's name; `lode resume` continues it. If it is not said: "
           "true with several workers, with a timeout or a memory limit, and if an oracle "
           "declares that it runs foreign or heavy code.")),
       Seconds("timeout_seconds",
               "How long an evaluation in a child process may take; 0: as long as it likes."),
       LimitOrNone(
           "memory_limit",
           "How much memory a child process and what it starts may have in use; 0: not limited. A "
           "control group (cgroup v2) keeps the limit where one can be made: it counts files in "
           "memory and shared memory, too. Elsewhere the resident memory of the processes is "
           "added "
           "up 50 times a second, whatever their parents, sessions and environment; what no "
           "process "
           "has mapped is not seen, and what several share counts for each.",
           "MiB")}};
}

std::vector<HostTable> SearchTables() { return {BudgetTable(), ConfirmTable(), ExecutionTable()}; }

std::vector<HostTable> LastTables() {
  return {
      {"plugins",
       "where else plugins are",
       {Declare(
           "paths", LODE_T_STRING_LIST, std::vector<std::string>(),
           "Plugin files, or directories of them; relative ones start at the pipeline's file.")},
       false,
       true},
      {"grid",
       "several searches: a list of values for each path, `\"optimizer.use\" = [\"l2nas\", "
       "\"rea\"]`, and a search for every combination of them. A path leads through tables and, by "
       "number, through lists: `\"oracle.0.dataset\"`",
       {Declare(
           "zip", LODE_T_STRING_LIST, std::vector<std::string>(),
           "Paths whose values change together instead of being combined, each with as many "
           "values: `zip = [\"space.dataset\", \"oracle.0.file\"]`. Or a list of such lists.")}},
      {"stage",
       "a part of a pipeline that has several, run in their order: the same tables inside as a "
       "whole "
       "pipeline has, `[stage.oracle]`; those that it does not have are the file's. Without an "
       "optimizer its oracle prepares. A path \"stage:NAME/FILE\" is what an earlier stage left",
       {RequiredParam(Declare("name", LODE_T_STRING, kNoText,
                              "Its name: letters, digits, '_' and '-'. A search leaves best.tsv, "
                              "the best architecture of each run; a preparation the files of its "
                              "oracle."))},
       true},
      {"reference",
       "a published figure to print beside ours. `where = {\"oracle.dataset\" = \"cifar10\"}` "
       "gives "
       "paths of the grid and their values at the searches that it belongs to",
       {RequiredParam(Declare("label", LODE_T_STRING, kNoText, "Where the figure is from.")),
        LimitOrNone("mark", "The budget mark it belongs to; 0: the end."),
        RequiredParam(
            Declare("mean", LODE_T_REAL, 0.0, "The published mean, in the metric's unit.")),
        Declare("std", LODE_T_REAL, 0.0, "The published standard deviation.", 0)},
       true,
       true},
  };
}

std::vector<HostTable> MakeTables() {
  std::vector<HostTable> tables;
  for (const auto& part : {FirstTables(), RewardTables(), SearchTables(), LastTables()}) {
    tables.insert(tables.end(), part.begin(), part.end());
  }
  return tables;
}

std::vector<ParamDeclaration> MakeComponentKeys() {
  ParamDeclaration policy = Declare(
      "policy", LODE_T_PATH, kNoText,
      "What the optimizer learned in an earlier run (the file `policy` of it), to start from.");
  policy.flags = LODE_PARAM_INPUT_FILE;
  return {RequiredParam(Declare("use", LODE_T_STRING, kNoText, "The id of the component.")),
          KeepsResults(Declare(  // its values are compared themselves
              "preset", LODE_T_STRING, kNoText,
              "The name of one of its presets; what is written beside it wins. Without it the "
              "first one holds.")),
          std::move(policy)};
}

}  // namespace

const std::vector<HostTable>& HostTables() {
  static const std::vector<HostTable> tables = MakeTables();
  return tables;
}

const std::vector<ParamDeclaration>& ComponentKeys() {
  static const std::vector<ParamDeclaration> keys = MakeComponentKeys();
  return keys;
}

Effect EffectOf(std::string_view table, std::string_view key) {
  const auto declared = std::ranges::find(HostTables(), table, &HostTable::name);
  const bool is_host = declared != HostTables().end();
  if (is_host && declared->keeps_results) {
    return Effect::kNone;
  }
  const auto& params = is_host ? declared->params : ComponentKeys();
  const auto param = std::ranges::find(params, key, &ParamDeclaration::name);
  const std::uint32_t flags = param != params.end() ? param->flags : 0;
  return (flags & kKeepsResults) != 0  ? Effect::kNone
         : (flags & kKeepsTrials) != 0 ? Effect::kTables
                                       : Effect::kTrials;
}

const HostTable& FindHostTable(std::string_view name) {
  return *std::ranges::find(HostTables(), name, &HostTable::name);
}

const ParamDeclaration& FindComponentKey(std::string_view name) {
  return *std::ranges::find(ComponentKeys(), name, &ParamDeclaration::name);
}

}  // namespace lode::core
