// The declarations of [reward] and the lists in it.
#include <algorithm>
#include <iterator>

#include "core/config/pipeline_tables.h"

namespace lode::core {
namespace {

bool IsRelative(const RewardConfig& reward) { return reward.transform == Transform::kRelative; }
bool HasLimits(const RewardConfig& reward) { return !reward.limits.empty(); }
bool Rejects(const RewardConfig& reward) {
  return HasLimits(reward) && reward.limit_rule == LimitRule::kRejection;
}
bool Penalizes(const RewardConfig& reward) {
  return HasLimits(reward) && reward.limit_rule == LimitRule::kPenalty;
}

std::vector<HostKey<RewardConfig>> MeasureKeys() {
  using R = RewardConfig;
  using Key = HostKey<R>;
  return {
      Key("metric", &R::metric, "The metric of an oracle that the reward is made of.").Required(),
      Key("transform", &R::transform,
          "identity: the metric itself; exponential: 100^accuracy (L2NAS, eq. 3); relative: "
          "100^(accuracy / reference) / 100 - 1 (eq. 7)."),
      Key("reference", &R::reference,
          "AccEnv of eq. 7, in the metric's unit; only relative needs it.", Range{0})
          .WrittenIf(
              [](const R& reward) { return IsRelative(reward) && reward.accuracy_env.empty(); }),
      Key("accuracy_env", &R::accuracy_env,
          "In place of `reference`: a safetensors file whose metadata has accuracy_env, AccEnv in "
          "the metric's unit, as supernets have. \"stage:NAME\" stands for "
          "\"stage:NAME/supernet.safetensors\".")
          .InputFile()
          .WrittenIf([](const R& reward) { return !reward.accuracy_env.empty(); }),
      Key("allow_test", &R::allow_test,
          "Whether the reward, its limits and goals may be measured on a test split. The "
          "resulting figures then do not estimate how the method does on new data.")
          .WrittenAfter("scale"),
      Key("scale", &R::scale,
          "Factor on the transformed metric: optimizers that learn the reward need it near 1, "
          "and counts are far from that.",
          Range{.min = 0, .open_min = true})};
}

std::vector<HostKey<RewardConfig>> LimitKeys() {
  using R = RewardConfig;
  using Key = HostKey<R>;
  return {
      Key("limits", &R::limits, LimitsTable()),
      Key("limit_rule", &R::limit_rule,
          "What happens to an architecture that breaks one of `limits`. rejection: it is not "
          "measured further, and another architecture is proposed in the same step; penalty: it is "
          "measured, and its accuracy is lowered before the transform; death: it is measured, and "
          "counts as an accuracy of 0. A trial that breaks a limit is never the best.")
          .WrittenIf(HasLimits),
      Key("max_rejections", &R::max_rejections,
          "rejection: the number of consecutive proposals that break a limit before the run gives "
          "up.",
          Range{1})
          .WrittenIf(Rejects),
      Key("penalty", &R::penalty,
          "soft: accuracy * (metric / limit)^penalty_weight for each limit, limit / metric for a "
          "minimum (MnasNet, Tan et al., CVPR 2019); absolute: accuracy + penalty_weight * |metric "
          "/ limit - 1| (TuNAS, Bender et al., CVPR 2020), accuracy as a fraction. Both also pull "
          "toward the limit from within.")
          .WrittenIf(Penalizes),
      Key("penalty_weight", &R::penalty_weight,
          "The penalty's weight: negative, so that exceeding the limit costs.")
          .WrittenIf(Penalizes)};
}

std::vector<HostKey<RewardConfig>> RewardKeys() {
  std::vector<HostKey<RewardConfig>> keys = MeasureKeys();
  std::ranges::move(LimitKeys(), std::back_inserter(keys));
  keys.push_back(HostKey<RewardConfig>(
                     "result", &RewardConfig::result,
                     "The trial that stands for a run in tables, comparisons and best.tsv. best: "
                     "the one with the best reward; last: the last one that keeps the limits, as "
                     "programs that train a supernet return what its mixture stands for in the "
                     "end.")
                     .KeepsTrials()
                     .WrittenIf(&RewardConfig::takes_last));
  keys.emplace_back("add", &RewardConfig::add, TermsTable());
  keys.emplace_back("goals", &RewardConfig::goals, GoalsTable());
  return keys;
}

}  // namespace

const TypedTable<LimitConfig>& LimitsTable() {
  using L = LimitConfig;
  static const TypedTable<L> table(
      {.name = "reward.limits",
       .doc = "bounds that metrics must keep: `limits = [{metric = \"macs\", max = 350e6}]`; each "
              "has max, min or both",
       .list = true},
      {HostKey<L>("metric", &L::metric, "A metric of an oracle.").Required(),
       HostKey<L>("max", &L::max, "Largest allowed value.").WrittenAfter("min"),
       HostKey<L>("min", &L::min, "Smallest allowed value.")});
  return table;
}

const TypedTable<TermConfig>& TermsTable() {
  using T = TermConfig;
  static const TypedTable<T> table(
      {.name = "reward.add",
       .doc = "weighted sum: `add = [{metric = \"macs\", weight = -1e-9}]`",
       .list = true},
      {HostKey<T>("metric", &T::metric, "A metric of an oracle; added to the transformed reward.")
           .Required(),
       HostKey<T>("weight", &T::weight,
                  "The value of one unit of the metric; negative if less is better.")
           .Required()});
  return table;
}

const TypedTable<GoalConfig>& GoalsTable() {
  using G = GoalConfig;
  static const TypedTable<G> table(
      {.name = "reward.goals",
       .doc =
           "several goals: `goals = [{metric = \"predicted_accuracy\"}, {metric = \"macs\"}]`. "
           "Optimizers for several goals (nsga2, tpe, bo) search for their Pareto front instead of "
           "the reward; every optimizer keeps the front. Without goals, the front is that of the "
           "reward's metric, `limits` and `add`",
       .list = true},
      {HostKey<G>("metric", &G::metric,
                  "A metric of an oracle; its declaration says whether more or less is better.")
           .Required(),
       HostKey<G>("reference", &G::reference,
                  "The worst value that counts, in the metric's unit: the hypervolume's reference "
                  "point. The hypervolume is reported if every goal has one.")});
  return table;
}

const TypedTable<RewardConfig>& RewardTable() {
  static const TypedTable<RewardConfig> table(
      {.name = "reward", .doc = "what the optimizer maximizes"}, RewardKeys());
  return table;
}

}  // namespace lode::core
