#include "core/store/result_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/store/sealed_json.h"

namespace lode::core {
namespace {

using nlohmann::json;

constexpr Ending kEndings[] = {Ending::kBudget, Ending::kStalled, Ending::kInterrupted,
                               Ending::kFailed};

json BestToJson(const BestTrial& best, const std::vector<MetricDeclaration>& metrics) {
  json values = json::object();
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    values[metrics[i].name] = MetricToJson(metrics[i], best.metrics[i]);
  }
  json j{{"architecture", best.architecture},
         {"step", best.step},
         {"reward", best.reward},
         {"metrics", values}};
  if (best.fidelity < 1) { j["fidelity"] = best.fidelity; }
  if (best.known) { j["known"] = true; }
  if (best.ties > 0) { j["ties"] = best.ties; }
  if (best.measurements > 0) {
    j["measurements"] = best.measurements;
    j["standard_error"] = best.standard_error ? json(*best.standard_error) : json();
  }
  return j;
}

Ending EndingNamed(const std::string& name, const std::string& file) {
  const auto found = std::ranges::find(kEndings, name, EndingName);
  if (found == std::end(kEndings)) {
    throw HostError(file + ": '" + name + "' is not a final status of a run");
  }
  return *found;
}

BestTrial BestFromJson(const json& j, const std::vector<MetricDeclaration>& metrics) {
  BestTrial best{PrintableLine(j.at("architecture").get<std::string>()),
                 j.at("step"),
                 j.at("reward"),
                 {},
                 j.value("ties", 0u)};
  best.fidelity = j.value("fidelity", 1.0);
  best.known = j.value("known", false);
  best.measurements = j.value("measurements", 0u);
  if (j.contains("standard_error") && !j.at("standard_error").is_null()) {
    best.standard_error = j.at("standard_error");
  }
  json values = json::object();  // by printable names, as stores are read
  for (const auto& [name, value] : j.at("metrics").items()) { values[PrintableLine(name)] = value; }
  for (const MetricDeclaration& metric : metrics) {
    const json& value = values.at(metric.name);
    best.metrics.push_back(value.is_null() ? kNaN : value.get<double>());
  }
  return best;
}

std::optional<BestTrial> BestOrNone(const json& j, const std::vector<MetricDeclaration>& metrics) {
  return j.is_null() ? std::nullopt : std::optional(BestFromJson(j, metrics));
}

std::optional<WarmStart> WarmStartFromJson(const json& j,
                                           const std::vector<MetricDeclaration>& metrics) {
  if (!j.contains("warm_start")) { return std::nullopt; }
  const json& start = j.at("warm_start");
  return WarmStart{start.at("trials"), start.at("left_out"), BestOrNone(start.at("best"), metrics)};
}

// The best has no step: it is none of the run's trials.
json WarmStartToJson(const WarmStart& start, const std::vector<MetricDeclaration>& metrics) {
  json j{{"trials", start.trials}, {"left_out", start.left_out}, {"best", nullptr}};
  if (start.best) { j["best"] = BestToJson(*start.best, metrics); }
  return j;
}

RunResult FromJson(const json& j, const std::vector<MetricDeclaration>& metrics,
                   const std::string& file) {
  RunResult run;
  run.seed = j.at("seed");
  run.steps = j.at("steps");
  run.computed = j.contains("distinct_architectures");
  run.unique_queries = j.at(run.computed ? "distinct_architectures" : "unique_queries");
  if (j.contains("full_evaluations")) { run.full_evaluations = j.at("full_evaluations"); }
  run.evaluations = j.value("evaluations", std::uint64_t{0});
  run.confirmations = j.value("confirmations", std::uint64_t{0});
  run.failures = j.at("failures");
  for (const json& kind : j.value("failure_reasons", json::array())) {
    run.failure_kinds.push_back(
        {PrintableLine(kind.at("reason").get<std::string>()), kind.at("count")});
  }
  run.rejections = j.at("rejections");
  run.cost_seconds = j.value("cost_seconds", 0.0);
  run.seconds = j.at("seconds");
  run.ending = EndingNamed(j.at("status").get<std::string>(), file);
  run.reason = PrintableLine(j.value("reason", ""));
  run.best = BestOrNone(j.at("best"), metrics);
  for (const json& mark : j.at("marks")) {
    run.marks.push_back({mark.at("mark"), BestOrNone(mark.at("best"), metrics)});
  }
  for (const json& trial : j.at("front")) { run.front.push_back(BestFromJson(trial, metrics)); }
  if (!j.at("hypervolume").is_null()) { run.hypervolume = j.at("hypervolume"); }
  run.warm_start = WarmStartFromJson(j, metrics);
  return run;
}

}  // namespace

std::string_view EndingName(Ending ending) {
  switch (ending) {
    case Ending::kStalled:
      return "stalled";
    case Ending::kInterrupted:
      return "interrupted";
    case Ending::kFailed:
      return "failed";
    default:
      return "finished";
  }
}

json FailuresToJson(const std::vector<FailureKind>& kinds) {
  json list = json::array();
  for (const FailureKind& kind : kinds) {
    list.push_back({{"reason", kind.reason}, {"count", kind.count}});
  }
  return list;
}

json MetricToJson(const MetricDeclaration& metric, double value) {
  return IsWholeCount(metric, value) ? json(static_cast<std::int64_t>(value)) : json(value);
}

json FrontToJson(const std::vector<FrontTrial>& front,
                 const std::vector<MetricDeclaration>& metrics) {
  json list = json::array();
  for (const FrontTrial& trial : front) { list.push_back(BestToJson(trial, metrics)); }
  return list;
}

json ToJson(const RunResult& run, const std::vector<MetricDeclaration>& metrics) {
  json j{{"seed", run.seed},
         {"steps", run.steps},
         {"unique_queries", run.queries()},
         {"failures", run.failures},
         {"rejections", run.rejections},
         {"cost_seconds", run.cost_seconds},
         {"seconds", run.seconds},
         {"status", EndingName(run.ending)},
         {"best", run.best ? BestToJson(*run.best, metrics) : json()}};
  if (!run.reason.empty()) { j["reason"] = run.reason; }
  if (run.computed) { j["distinct_architectures"] = run.unique_queries; }
  if (run.full_evaluations) { j["full_evaluations"] = *run.full_evaluations; }
  if (run.evaluations > 0) {
    j["evaluations"] = run.evaluations;
    j["confirmations"] = run.confirmations;
  }
  if (run.failures > 0) { j["failure_reasons"] = FailuresToJson(run.failure_kinds); }
  j["front"] = FrontToJson(run.front, metrics);
  j["hypervolume"] = run.hypervolume ? json(*run.hypervolume) : json();
  if (run.warm_start) { j["warm_start"] = WarmStartToJson(*run.warm_start, metrics); }
  j["marks"] = json::array();
  for (const MarkResult& m : run.marks) {
    j["marks"].push_back(
        {{"mark", m.mark}, {"best", m.best ? BestToJson(*m.best, metrics) : json()}});
  }
  return j;
}

RunResult ResultFromJson(const std::string& text, const std::vector<MetricDeclaration>& metrics,
                         const std::string& file) {
  return Doing(file, [&] { return FromJson(ReadSealedJson(text, file), metrics, file); });
}

}  // namespace lode::core
