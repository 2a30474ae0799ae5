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

void Oracles::Prepare(const Pipeline& pipeline, const std::vector<std::size_t>& which) {
  for (std::size_t i = 0; i < which.size() && !run_.prepared.empty(); ++i) {
    OracleInstance& oracle = *oracles_[i];
    if (oracle.CanPrepare()) {
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

Measurement Oracles::Unmeasured() const {
  Measurement measurement;
  measurement.metrics.assign(all_metrics_.size(), std::numeric_limits<double>::quiet_NaN());
  return measurement;
}

Measurement Oracles::Measure(ArchitectureView architecture, double fidelity, std::uint64_t seed) {
  Measurement measurement = Unmeasured();
  records_.Begin();
  for (const Part& part : parts_) {
    Take(part, part.oracle->Evaluate({architecture, fidelity, seed, part.MetricsIn(measurement)}),
         measurement);
    if (measurement.outcome != Outcome::kMeasured) { break; }
  }
  measurement.records = records_.End();
  return measurement;
}

std::vector<Measurement> Oracles::Measure(std::span<const Question> questions) {
  if (questions.size() == 1 || one_by_one_) { return MeasureOneByOne(questions); }
  std::vector<Measurement> measurements(questions.size(), Unmeasured());
  records_.Begin();
  MeasureTogether(questions, measurements);
  one_by_one_ = !records_.End().empty();
  return one_by_one_ ? MeasureOneByOne(questions) : measurements;
}

std::vector<Measurement> Oracles::MeasureOneByOne(std::span<const Question> questions) {
  std::vector<Measurement> measurements;
  for (const Question& question : questions) {
    measurements.push_back(Measure(question.architecture, question.fidelity, question.seed));
  }
  return measurements;
}

void Oracles::MeasureTogether(std::span<const Question> questions,
                              std::vector<Measurement>& measurements) {
  std::vector<std::size_t> open(questions.size());  // positions
  std::iota(open.begin(), open.end(), 0);
  for (const Part& part : parts_) {
    std::vector<OracleQuery> queries;
    queries.reserve(open.size());
    for (const std::size_t i : open) {
      queries.push_back({questions[i].architecture, questions[i].fidelity, questions[i].seed,
                         part.MetricsIn(measurements[i])});
    }
    const auto answers = part.oracle->Evaluate(queries);
    for (std::size_t k = 0; k < open.size(); ++k) { Take(part, answers[k], measurements[open[k]]); }
    std::erase_if(open,
                  [&](std::size_t i) { return measurements[i].outcome != Outcome::kMeasured; });
    if (open.empty()) { return; }
  }
}

void Oracles::Take(const Part& part, const OracleInstance::Outcome& answer,
                   Measurement& measurement) const {
  measurement.failure = FaultOf(part, answer);
  if (measurement.failure.empty()) {
    measurement.cost_seconds += answer.cost_seconds;
    measurement.failure = FaultOf(part, measurement);
  }
  if (!measurement.failure.empty()) {
    measurement.outcome = Outcome::kFailed;
  } else if (limits_ && limits_->Violation(measurement.metrics) > 0) {
    measurement.outcome = Outcome::kRejected;
  }
}

std::string Oracles::FaultOf(const Part& part, const OracleInstance::Outcome& answer) {
  if (!answer.ok) { return part.oracle->title() + ": " + answer.failure; }
  if (!std::isfinite(answer.cost_seconds) || answer.cost_seconds < 0) {
    return part.oracle->title() + ": reports a cost of " + std::to_string(answer.cost_seconds) +
           " seconds";
  }
  return "";
}

std::string Oracles::FaultOf(const Part& part, const Measurement& measurement) const {
  for (std::size_t i = part.first; i < part.first + part.count; ++i) {
    if (!std::isfinite(measurement.metrics[i])) {
      return "metric '" + all_metrics_[i].name + "' is " +
             (std::isnan(measurement.metrics[i]) ? "not a number" : "infinite");
    }
  }
  return "";
}

}  // namespace lode::core
