#include "core/search/oracles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/search/components.h"
#include "core/search/prepare.h"

namespace lode::core {
namespace {

// Names that the store and the reports use for other things.
constexpr std::array<std::string_view, 12> kReservedNames = {
    "id",     "step",   "architecture", "evaluation", "reward",       "random",
    "reused", "action", "failure",      "violation",  "cost_seconds", "rejected"};

class OwnedNetwork : public NetworkOwner {
 public:
  OwnedNetwork(OracleInstance& oracle, lode_relaxed network, std::size_t cells)
      : oracle_(oracle), network_(network), cells_(cells) {}

  lode_relaxed handle() override { return network_; }
  std::size_t cells() const override { return cells_; }
  void Save(const std::filesystem::path& file) override { oracle_.Save(file); }
  void Load(const std::filesystem::path& file) override { oracle_.Load(file); }

 private:
  OracleInstance& oracle_;
  const lode_relaxed network_;
  const std::size_t cells_;
};

}  // namespace

bool IsReservedMetricName(std::string_view name) {
  return std::ranges::find(kReservedNames, name) != kReservedNames.end();
}

std::vector<MetricDeclaration> CollectMetrics(const Pipeline& pipeline, const MetricLists& lists) {
  std::vector<MetricDeclaration> all;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::string title = "oracle '" + pipeline.oracles[i].id + "'";
    if (lists[i].empty()) { throw HostError(title + ": has no metrics"); }
    for (const MetricDeclaration& metric : lists[i]) {
      if (IsReservedMetricName(metric.name)) {
        throw HostError(title + ": '" + metric.name + "' cannot be a metric's name");
      }
      if (std::ranges::find(all, metric.name, &MetricDeclaration::name) != all.end()) {
        throw HostError(title + ": another oracle has the metric '" + metric.name +
                        "' too; leave it out of one of them if its parameters allow that");
      }
      all.push_back(metric);
    }
  }
  return all;
}

std::vector<MetricDeclaration> MetricsOf(const Pipeline& pipeline, const Catalog& catalog,
                                         const RunContext& run) {
  std::vector<std::size_t> all(pipeline.oracles.size());
  std::iota(all.begin(), all.end(), 0);
  return CollectMetrics(pipeline, Oracles(pipeline, catalog, run, all).metrics());
}

Oracles::Oracles(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                 const std::vector<std::size_t>& which)
    : run_{run.seed,     run.cancelled,
           run.progress, [this](std::string_view name, double value) { records_.Add(name, value); },
           run.prepared, static_cast<std::uint32_t>(pipeline.execution.threads),
           run.abandoned},
      space_(LoadComponent(catalog, LODE_SPACE, pipeline.space.id), pipeline.space.values, run_,
             "space") {
  for (const std::size_t place : which) {
    const ComponentConfig& config = pipeline.oracles[place];
    oracles_.push_back(std::make_unique<OracleInstance>(
        LoadComponent(catalog, LODE_ORACLE, config.id), config.values, run_, "oracle"));
  }
  Bind();
  TakeNetwork(pipeline, catalog, which);
  Prepare(pipeline, which);
  SetLimits(pipeline.reward);
}

void Oracles::Bind() {
  ViewOf(space_);  // reports a space that cannot be searched before an oracle refuses it
  for (const auto& oracle : oracles_) {
    oracle->Bind(space_.handle());
    const auto& metrics = metrics_.emplace_back(oracle->Metrics());
    parts_.push_back({oracle.get(), all_metrics_.size(), metrics.size()});
    all_metrics_.insert(all_metrics_.end(), metrics.begin(), metrics.end());
    fidelities_ = Intersection(fidelities_, oracle->fidelities());
  }
}

// The metrics of a network that is trained between evaluations differ when they are measured again.
void Oracles::TakeNetwork(const Pipeline& pipeline, const Catalog& catalog,
                          const std::vector<std::size_t>& which) {
  const std::optional<std::size_t> place = NetworkOracle(pipeline, catalog);
  const auto own = place ? std::ranges::find(which, *place) : which.end();
  if (own == which.end()) { return; }
  const auto i = static_cast<std::size_t>(own - which.begin());
  const std::optional<lode_relaxed> network = oracles_[i]->relaxed();
  if (!network) {
    throw HostError(oracles_[i]->title() + ": declares a relaxed network, has none");
  }
  network_ = std::make_unique<OwnedNetwork>(*oracles_[i], *network, ViewOf(space_)->cells());
  trained_ = oracles_[i].get();
  for (std::size_t k = 0; k < metrics_[i].size(); ++k) {
    metrics_[i][k].noisy = all_metrics_[parts_[i].first + k].noisy = true;
  }
}

void Oracles::Prepare(const Pipeline& pipeline, const std::vector<std::size_t>& which) {
  for (std::size_t i = 0; i < which.size() && !run_.prepared.empty(); ++i) {
    OracleInstance& oracle = *oracles_[i];
    if (oracle.CanPrepare() && &oracle != trained_) {
      const auto own = PreparedDirectory(run_.prepared, pipeline, which[i], oracle.component(),
                                         space_.component());
      PrepareIn(pipeline.is_preparation() ? run_.prepared : own, oracle, run_);
    }
  }
}

void Oracles::SetLimits(const RewardConfig& reward) {
  if (reward.limit_rule != LimitRule::kRejection || reward.limits.empty()) { return; }
  limits_.emplace(reward, all_metrics_);
  std::ranges::stable_sort(parts_, std::greater(), [&](const Part& part) {
    return limits_->Concern(part.first, part.count);
  });
}

Evaluation Oracles::Unmeasured() const {
  Evaluation evaluation;
  evaluation.metrics.assign(all_metrics_.size(), std::numeric_limits<double>::quiet_NaN());
  return evaluation;
}

Evaluation Oracles::Evaluate(ArchitectureView architecture, double fidelity, std::uint64_t seed) {
  Evaluation evaluation = Unmeasured();
  records_.Begin();
  for (const Part& part : parts_) {
    Take(part, part.oracle->Evaluate({architecture, fidelity, seed, part.MetricsIn(evaluation)}),
         evaluation);
    if (evaluation.outcome != Outcome::kMeasured) { break; }
  }
  evaluation.records = records_.End();
  return evaluation;
}

std::vector<Evaluation> Oracles::Evaluate(std::span<const Query> queries) {
  if (queries.size() == 1 || one_by_one_) { return EvaluateOneByOne(queries); }
  std::vector<Evaluation> evaluations(queries.size(), Unmeasured());
  records_.Begin();
  EvaluateTogether(queries, evaluations);
  one_by_one_ = !records_.End().empty();
  return one_by_one_ ? EvaluateOneByOne(queries) : evaluations;
}

std::vector<Evaluation> Oracles::EvaluateOneByOne(std::span<const Query> queries) {
  std::vector<Evaluation> evaluations;
  for (const Query& query : queries) {
    evaluations.push_back(Evaluate(query.architecture, query.fidelity, query.seed));
  }
  return evaluations;
}

void Oracles::EvaluateTogether(std::span<const Query> queries,
                               std::vector<Evaluation>& evaluations) {
  std::vector<std::size_t> open(queries.size());  // positions
  std::iota(open.begin(), open.end(), 0);
  for (const Part& part : parts_) {
    std::vector<OracleQuery> asked;
    asked.reserve(open.size());
    for (const std::size_t i : open) {
      asked.push_back({queries[i].architecture, queries[i].fidelity, queries[i].seed,
                       part.MetricsIn(evaluations[i])});
    }
    const auto results = part.oracle->Evaluate(asked);
    for (std::size_t k = 0; k < open.size(); ++k) { Take(part, results[k], evaluations[open[k]]); }
    std::erase_if(open,
                  [&](std::size_t i) { return evaluations[i].outcome != Outcome::kMeasured; });
    if (open.empty()) { return; }
  }
}

void Oracles::Take(const Part& part, const OracleInstance::Outcome& result,
                   Evaluation& evaluation) const {
  evaluation.failure = FaultOf(part, result);
  if (evaluation.failure.empty()) {
    evaluation.cost_seconds += result.cost_seconds;
    evaluation.failure = FaultOf(part, evaluation);
  }
  if (!evaluation.failure.empty()) {
    evaluation.outcome = Outcome::kFailed;
  } else if (limits_ && limits_->Violation(evaluation.metrics) > 0) {
    evaluation.outcome = Outcome::kRejected;
  }
}

std::string Oracles::FaultOf(const Part& part, const OracleInstance::Outcome& result) {
  if (!result.ok) { return part.oracle->title() + ": " + result.failure; }
  if (!std::isfinite(result.cost_seconds) || result.cost_seconds < 0) {
    return part.oracle->title() + ": reports a cost of " + std::to_string(result.cost_seconds) +
           " seconds";
  }
  return "";
}

std::string Oracles::FaultOf(const Part& part, const Evaluation& evaluation) const {
  for (std::size_t i = part.first; i < part.first + part.count; ++i) {
    if (!std::isfinite(evaluation.metrics[i])) {
      return "metric '" + all_metrics_[i].name + "' is " +
             (std::isnan(evaluation.metrics[i]) ? "not a number" : "infinite");
    }
  }
  return "";
}

}  // namespace lode::core
