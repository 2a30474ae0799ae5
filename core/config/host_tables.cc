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

// A count; 0 stands for none.
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

// An optional number; infinity stands for none.
ParamDeclaration Optional(const char* name, const char* doc) {
  return Declare(name, LODE_T_REAL, kInf, doc);
}

const Value kNoText = std::string();
const Value kNoInts = std::vector<std::int64_t>();

std::vector<HostTable> RewardTables() {
  return {
      {"reward",
       "what the optimizer maximizes",
       {RequiredParam(Declare("metric", LODE_T_STRING, kNoText,
                              "The metric of an oracle that the reward is made of.")),
        Choice("transform", {"identity", "exponential", "relative"},
               "identity: the metric itself; exponential: 100^accuracy (L2NAS, eq. 3); relative: "
               "100^(accuracy / reference) / 100 - 1 (eq. 7)."),
        Declare("reference", LODE_T_REAL, 0.0,
                "AccEnv of eq. 7, in the metric's unit; only relative needs it.", 0),
        Declare("allow_test", LODE_T_BOOL, false,
                "Whether the reward, its limits and goals may be measured on a test split. The "
                "resulting figures then do not estimate how the method does on new data."),
        OpenMin(Declare("scale", LODE_T_REAL, 1.0,
                        "Factor on the transformed metric: optimizers that learn the reward need "
                        "it near 1, and counts are far from that.",
                        0)),
        Choice(
            "limit_rule", {"rejection", "penalty", "death"},
            "What happens to an architecture that breaks one of `limits`. rejection: it is not "
            "measured further, and another architecture is proposed in the same step; penalty: it "
            "is measured, and its accuracy is lowered before the transform; death: it is measured, "
            "and counts as an accuracy of 0. A trial that breaks a limit is never the best."),
        Count("max_rejections", 10000,
              "rejection: the number of consecutive proposals that break a limit before the run "
              "gives up."),
        Choice("penalty", {"soft", "absolute"},
               "soft: accuracy * (metric / limit)^penalty_weight for each limit, limit / metric "
               "for a minimum (MnasNet, Tan et al., CVPR 2019); absolute: accuracy + "
               "penalty_weight * |metric / limit - 1| (TuNAS, Bender et al., CVPR 2020), accuracy "
               "as a fraction. Both also pull toward the limit from within."),
        Declare("penalty_weight", LODE_T_REAL, -0.07,
                "The penalty's weight: negative, so that exceeding the limit costs.")}},
      {"reward.limits",
       "bounds that metrics must keep: `limits = [{metric = \"macs\", max = 350e6}]`; each has "
       "max, min or both",
       {RequiredParam(Declare("metric", LODE_T_STRING, kNoText, "A metric of an oracle.")),
        Optional("max", "Largest allowed value."), Optional("min", "Smallest allowed value.")},
       true},
      {"reward.add",
       "weighted sum: `add = [{metric = \"macs\", weight = -1e-9}]`",
       {RequiredParam(Declare("metric", LODE_T_STRING, kNoText,
                              "A metric of an oracle; added to the transformed reward.")),
        RequiredParam(Declare("weight", LODE_T_REAL, 0.0,
                              "The value of one unit of the metric; negative if less is better."))},
       true},
      {"reward.goals",
       "several goals: `goals = [{metric = \"predicted_accuracy\"}, {metric = \"macs\"}]`. "
       "Optimizers for several goals (nsga2) search for their Pareto front instead of the reward; "
       "every optimizer keeps the front. Without goals, the front is that of the reward's metric, "
       "`limits` and `add`",
       {RequiredParam(
            Declare("metric", LODE_T_STRING, kNoText,
                    "A metric of an oracle; its declaration says whether more or less is better.")),
        Optional("reference",
                 "The worst value that counts, in the metric's unit: the hypervolume's reference "
                 "point. The hypervolume is reported if every goal has one.")},
       true},
  };
}

std::vector<HostTable> FirstTables() {
  return {
      {"",
       "what the file builds on",
       {Declare("include", LODE_T_STRING_LIST, std::vector<std::string>(),
                "A file, or a list of files, that this one builds on: its own values win. Tables "
                "are merged key by key, lists are replaced; a table of numbers changes elements of "
                "a list: `[oracle.1]` changes keys of the second `[[oracle]]`. Relative names are "
                "relative to this file.")}},
      {"pipeline",
       "what the pipeline is",
       {KeepsResults(RequiredParam(Declare(
            "name", LODE_T_STRING, kNoText,
            "Name of the pipeline: the heading of its tables, and the name of its directory."))),
        KeepsResults(Declare("description", LODE_T_STRING, kNoText, "What the pipeline is for.")),
        KeepsResults(Declare("seeds", LODE_T_INT_LIST, std::vector<std::int64_t>{0},
                             "The seeds to run ([3, 5, 8]), or how many (10 stands for 0 to 9).", 0,
                             kMaxCount))}},
  };
}

HostTable BudgetTable() {
  return {
      "budget",
      "when the search ends: after steps, unique_queries or simulated_seconds, or several of them",
      {LimitOrNone("steps", "Number of trials (`trials` means the same); 0: not limited."),
       Count("unique_queries", 0,
             "Number of distinct architectures that an oracle was asked about. Known ones are "
             "free, and so are metrics that are only computed (analytic) when another oracle "
             "measures. If everything is computed, it is the number of distinct architectures. "
             "Without it, they are not limited."),
       LimitOrNone(
           "simulated_seconds",
           "The maximum total cost of the evaluations, in the seconds that the oracle reports for "
           "them (nb201.table: training); 0: not limited. Known results cost nothing.",
           "s"),
       LimitOrNone("evaluations",
                   "The maximum number of evaluations by oracles with noisy metrics, including "
                   "those of [confirm]: these oracles are asked again about an architecture that "
                   "is proposed again. 0: as many as unique_queries, if those are limited. Has no "
                   "effect without noisy metrics."),
       KeepsTrials(Declare(
           "marks", LODE_T_INT_LIST, kNoInts,
           "Earlier points at which to report the best, ascending: in steps if steps are limited, "
           "else in unique queries if those are limited, else in simulated seconds.",
           1, kMaxCount)),
       Count("patience", 100000,
             "Number of consecutive steps without a new architecture that end a search without a "
             "limit on steps."),
       LimitOrNone("stop_after_no_improvement",
                   "Number of consecutive steps without an improvement that end a search: their "
                   "trials are not better than all before, failed, or broke a limit. Rejected "
                   "proposals are not steps. With [reward] goals, a trial that joins the Pareto "
                   "front is an improvement; with noisy metrics, an architecture that has the best "
                   "lower confidence bound for the first time. 0: the search continues."),
       KeepsResults(Seconds("wall_seconds",
                            "Wall-clock time from the start of the command, such as a cluster's "
                            "time slot. After it, the command ends within two seconds with exit "
                            "status 4, and `lode resume` continues. It does not affect any trial, "
                            "so it may change; `--wall-seconds` overrides it. 0: not limited."))}};
}

HostTable ConfirmTable() {
  return {
      "confirm",
      "the repeated measurements after a search with noisy metrics. The lower confidence bound of "
      "an architecture is its mean reward - s * sqrt(2 * ln(10 * A) / n) for n measurements, where "
      "s is the standard deviation within architectures and A the number of architectures "
      "measured. The candidates with the best lower confidence bounds are each measured `repeats` "
      "more times, and the best by these measurements alone is reported. They count toward "
      "budget.evaluations, of which the search leaves candidates * repeats; without a limit on "
      "evaluations they are extra. A larger budget (--extend) confirms again",
      {Declare("repeats", LODE_T_INT, std::int64_t{0},
               "Number of measurements of each candidate; 0: nothing is confirmed.", 0, 4095),
       Declare("candidates", LODE_T_INT, std::int64_t{5}, "Number of candidates.", 1, 1000)}};
}

HostTable ExecutionTable() {
  return {
      "execution",
      "where evaluations happen, how failures are handled, when trials are written to disk",
      {KeepsResults(Choice(
           "on_error", {"skip", "stop", "retry"},
           "The effect of a failed evaluation. skip: its trial fails, and the search continues; "
           "stop: it ends the run; retry: it is repeated, at most `retries` times, then skip.")),
       KeepsResults(
           Count("retries", 3,
                 "With on_error = \"retry\": how many times a failed evaluation is repeated, for "
                 "temporary failures (a lost device, a full queue). The first repetition waits 0.1 "
                 "s, and each further one twice as long, up to a minute.")),
       KeepsResults(
           Count("max_failures", 10, "Number of consecutive failed trials that end the run.")),
       KeepsResults(Choice("commit", {"auto", "trial", "batch"},
                           "When a trial is written to disk. trial: before the optimizer learns of "
                           "it; batch: at most 100 ms later; auto: like trial if its evaluation "
                           "took 10 ms or more, otherwise like batch.")),
       Declare("workers", LODE_T_INT, std::int64_t{1},
               "Number of evaluations at once, each in a process of its own. The number affects "
               "the trials, because the optimizer makes that many proposals before it learns the "
               "first result. Under MPI, the other ranks are the workers.",
               1, 1024),
       Declare("threads", LODE_T_INT, std::int64_t{1},
               "Number of threads that each evaluation, and each preparation, may use. Another "
               "number rounds the sums of a training differently, so the default does not depend "
               "on the machine.",
               1, 1024),
       KeepsResults(
           Choice("isolate", {"false", "true", "all"},
                  "Which components run in child processes. true: oracles; a crash, a hang or too "
                  "much memory then costs only one trial. all: also the others, in one process; "
                  "there it fails the run and names the component, and `lode resume` continues. If "
                  "not given: true with several workers, a timeout or a memory limit, or if an "
                  "oracle declares that it runs foreign or heavy code.")),
       Seconds("timeout_seconds",
               "How long an evaluation in a child process may take; 0: not limited."),
       LimitOrNone("memory_limit",
                   "How much memory a child process and the processes that it starts may use; 0: "
                   "not limited. A control group (cgroup v2) enforces the limit where one can be "
                   "made, and counts files in memory and shared memory, too. Elsewhere the "
                   "resident memory of the processes is added up 50 times a second, whatever their "
                   "parents, sessions and environment; this misses memory that no process has "
                   "mapped, and counts shared memory once for each process.",
                   "MiB")}};
}

std::vector<HostTable> SearchTables() { return {BudgetTable(), ConfirmTable(), ExecutionTable()}; }

std::vector<HostTable> LastTables() {
  return {
      {"plugins",
       "where to find more plugins",
       {Declare("paths", LODE_T_STRING_LIST, std::vector<std::string>(),
                "Plugin files, or directories of them; relative paths are relative to the "
                "pipeline's file.")},
       false,
       true},
      {"grid",
       "several searches: a list of values for each path, `\"optimizer.use\" = [\"l2nas\", "
       "\"rea\"]`, and a search for every combination of values. A path goes through tables and, "
       "by number, through lists: `\"oracle.0.dataset\"`",
       {Declare("zip", LODE_T_STRING_LIST, std::vector<std::string>(),
                "Paths whose values change together instead of being combined, each with the same "
                "number of values: `zip = [\"space.dataset\", \"oracle.0.file\"]`. Or a list of "
                "such lists.")}},
      {"stage",
       "a part of a pipeline with several stages, which run in order. It has the same tables as a "
       "whole pipeline, `[stage.oracle]`, and uses the file's tables that it lacks. Without an "
       "optimizer, its oracle prepares. The path \"stage:NAME/FILE\" is a file that an earlier "
       "stage has written",
       {RequiredParam(
           Declare("name", LODE_T_STRING, kNoText,
                   "Its name: letters, digits, '_' and '-'. A search writes best.tsv, the best "
                   "architecture of each run; a preparation writes the files of its oracle."))},
       true},
      {"reference",
       "a published figure to print next to ours. `where = {\"oracle.dataset\" = \"cifar10\"}` "
       "gives paths of the grid and their values for the searches that it belongs to",
       {RequiredParam(Declare("label", LODE_T_STRING, kNoText, "The source of the figure.")),
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
      "What the optimizer learned in an earlier run (the run's file `policy`), to start from.");
  policy.flags = LODE_PARAM_INPUT_FILE;
  return {RequiredParam(Declare("use", LODE_T_STRING, kNoText, "The ID of the component.")),
          KeepsResults(Declare(  // its values are compared instead
              "preset", LODE_T_STRING, kNoText,
              "The name of one of its presets; values written beside it win. The default is the "
              "first preset.")),
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
