#include "core/serve/run_views.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/plugin/sha256.h"
#include "core/plugin/text.h"
#include "core/report/progress_line.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

using nlohmann::json;

template <class Value>
json OrNull(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

std::string StandingOf(const WatchedRun& run) {
  if (run.live() && run.live()->progress.is_preparing) { return "preparing"; }
  if (run.standing() == Standing::kUnfinished && run.was_killed()) { return "killed"; }
  return std::string(StandingName(run.standing()));
}

json ToJson(const ProgressState& progress) {
  return {{"done", progress.done},
          {"fraction", OrNull(progress.fraction)},
          {"elapsed_seconds", progress.elapsed_seconds},
          {"left_seconds", OrNull(progress.left_seconds)},
          {"busy", progress.busy},
          {"workers", progress.workers},
          {"call", progress.call}};
}

json MetricJson(const std::optional<MetricDeclaration>& metric) {
  if (!metric) { return nullptr; }
  return {{"name", metric->name},
          {"unit", metric->unit},
          {"minimize", metric->direction == LODE_MINIMIZE},
          {"noisy", metric->noisy}};
}

json BestJson(const WatchedRun& run) {
  if (run.curve().empty()) { return nullptr; }
  const auto& [step, value] = run.curve().back();
  return {{"step", step}, {"value", value}, {"text", FormatMetric(*run.metric(), value)}};
}

json Summary(const WatchedDirectory& watched, const WatchedRun& run) {
  return {
      {"id", RunId(watched, run)},
      {"title", run.title()},
      {"directory", ShownPath(watched, run.directory())},
      {"standing", StandingOf(run)},
      {"damage", run.damage()},
      {"steps", run.steps()},
      {"planned_steps", OrNull(run.planned_steps())},
      {"progress", OrNull(ProgressOf(run))},
      {"failures", run.failures()},
      {"trials_per_second",
       OrNull(run.standing() == Standing::kRunning ? run.rate() : std::nullopt)},
      {"metric", MetricJson(run.metric())},
      {"best", BestJson(run)},
      {"live", run.live() ? ToJson(run.live()->progress) : json(nullptr)},
      {"has_report", run.standing() == Standing::kFinished || run.standing() == Standing::kFailed}};
}

json StandingsJson(const WatchedDirectory& watched) {
  json counts = json::object();
  for (const WatchedRun& run : watched.runs()) {
    json& count = counts[StandingOf(run)];
    count = (count.is_null() ? 0 : count.get<std::size_t>()) + 1;
  }
  return counts;
}

json RecentJson(const WatchedRun& run) {
  json recent = json::array();
  for (const WatchedRun::RecentTrial& trial : run.recent()) {
    recent.push_back({{"step", trial.step},
                      {"architecture", trial.architecture},
                      {"value", OrNull(trial.value)},
                      {"text", trial.value ? FormatMetric(*run.metric(), *trial.value) : ""},
                      {"failure", trial.failure}});
  }
  return recent;
}

}  // namespace

std::string ShownPath(const WatchedDirectory& watched, const std::filesystem::path& path) {
  return PrintableLine(path.lexically_relative(watched.directory()).string());
}

std::string RunId(const WatchedDirectory& watched, const WatchedRun& run) {
  return Sha256(run.directory().lexically_relative(watched.directory()).string()).substr(0, 16);
}

std::optional<double> ProgressOf(const WatchedRun& run) {
  if (run.live()) { return run.live()->progress.fraction; }
  if (run.standing() == Standing::kFinished) { return 1; }
  const auto planned = run.planned_steps();
  if (!planned || *planned == 0) { return std::nullopt; }
  return std::min(1.0, static_cast<double>(run.steps()) / static_cast<double>(*planned));
}

json RunsJson(const WatchedDirectory& watched, double now) {
  json runs = json::array(), preparations = json::array();
  for (const WatchedRun& run : watched.runs()) { runs.push_back(Summary(watched, run)); }
  for (const WatchedPreparation& preparation : watched.preparations()) {
    preparations.push_back({{"directory", ShownPath(watched, preparation.directory)},
                            {"title", preparation.live.progress.title},
                            {"live", ToJson(preparation.live.progress)}});
  }
  return {{"directory", PrintableLine(watched.directory().string())},
          {"version", LODE_VERSION},
          {"time", now},
          {"standings", StandingsJson(watched)},
          {"runs", std::move(runs)},
          {"preparations", std::move(preparations)},
          {"damages", watched.damages()}};
}

json RunJson(const WatchedDirectory& watched, const WatchedRun& run) {
  json out = Summary(watched, run);
  out["curve"] = json::array();
  for (const auto& [step, value] : run.curve()) { out["curve"].push_back({step, value}); }
  out["best_architecture"] = run.best() ? json(run.best()->architecture) : json(nullptr);
  out["failure_kinds"] = json::array();
  for (const FailureKind& kind : run.failure_kinds()) {
    out["failure_kinds"].push_back({{"reason", kind.reason}, {"count", kind.count}});
  }
  out["recent"] = RecentJson(run);
  out["messages"] = json::array();
  for (const auto& [time, text] : run.messages()) {
    out["messages"].push_back({{"time", time}, {"text", text}});
  }
  return out;
}

}  // namespace lode::core
