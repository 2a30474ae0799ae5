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

bool IsFree(const ComponentConfig& config, const Catalog& catalog) {
  return (catalog.Find(config.kind, config.id)->capabilities & LODE_CAP_FREE) != 0;
}

// Returns the positions of free or measuring oracles.
std::vector<std::size_t> Select(bool free, const Pipeline& pipeline, const Catalog& catalog) {
  const bool all_free = AreAllFree(pipeline, catalog);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < pipeline.oracles.size(); ++i) {
    if ((IsFree(pipeline.oracles[i], catalog) && !all_free) == free) {
      places.push_back(i);
    }
  }
  return places;
}

}  // namespace

bool IsReservedMetricName(std::string_view name) {
  return std::ranges::find(kReservedNames, name) != kReservedNames.end();
}

std::vector<std::size_t> FreeOracles(const Pipeline& pipeline, const Catalog& catalog) {
  return Select(true, pipeline, catalog);
}

std::vector<std::size_t> MeasuringOracles(const Pipeline& pipeline, const Catalog& catalog) {
  return Select(false, pipeline, catalog);
}

bool AreAllFree(const Pipeline& pipeline, const Catalog& catalog) {
  return std::ranges::all_of(pipeline.oracles,
                             [&](const auto& config) { return IsFree(config, catalog); });
}

std::vector<MetricDeclaration> CollectMetrics(const Pipeline& pipeline, const MetricLists& lists) {
  std::vector<MetricDeclaration> all;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::string title = "oracle '" + pipeline.oracles[i].id + "'";
    if (lists[i].empty()) {
      throw HostError(title + ": has no metrics");
    }
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
    : run_{run.seed,
           run.cancelled,
           run.progress,
           [this](std::string_view name, double value) { records_.emplace_back(name, value); },
           run.prepared,
           static_cast<std::uint32_t>(pipeline.execution.threads)},
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
  if (reward.limit_rule != LimitRule::kRejection || reward.limits.empty()) {
    return;
  }
  limits_.emplace(reward, all_metrics_);
  std::ranges::stable_sort(parts_, std::greater(), [&](const Part& part) {
    return limits_->Concern(part.first, part.count);
  });
}

Measurement Oracles::Measure(ArchitectureView architecture, std::uint64_t seed) {
  Measurement measurement;
  measurement.metrics.assign(all_metrics_.size(), std::numeric_limits<double>::quiet_NaN());
  records_.clear();
  for (const Part& part : parts_) {
    measurement.failure = Ask(part, architecture, seed, measurement);
    if (!measurement.failure.empty()) {
      measurement.outcome = Outcome::kFailed;
      break;
    }
    if (limits_ && limits_->Violation(measurement.metrics) > 0) {
      measurement.outcome = Outcome::kRejected;
      break;
    }
  }
  measurement.records = std::move(records_);
  return measurement;
}

std::string Oracles::Ask(const Part& part, ArchitectureView architecture, std::uint64_t seed,
                         Measurement& measurement) {
  const auto metrics = std::span(measurement.metrics).subspan(part.first, part.count);
  const auto answer = part.oracle->Evaluate({architecture, 1.0, seed, metrics});
  if (!answer.ok) {
    return part.oracle->title() + ": " + answer.failure;
  }
  if (!std::isfinite(answer.cost_seconds) || answer.cost_seconds < 0) {
    return part.oracle->title() + ": reports a cost of " + std::to_string(answer.cost_seconds) +
           " seconds";
  }
  measurement.cost_seconds += answer.cost_seconds;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (!std::isfinite(metrics[i])) {
      return "metric '" + all_metrics_[part.first + i].name + "' is " +
             (std::isnan(metrics[i]) ? "not a number" : "infinite");
    }
  }
  return "";
}

}  // namespace lode::core
