#include "core/run/event_log.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/plugin/error.h"
#include "core/report/words.h"
#include "core/search/noisy_best.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

constexpr std::chrono::nanoseconds kForOneTrial = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kKept = std::chrono::seconds(1);

std::string BestName(ResultRule result, const std::vector<MetricDeclaration>& metrics) {
  return result == ResultRule::kLast ? "last/" : AreNoisy(metrics) ? "highest_measured/" : "best/";
}

// As Markdown: a literal text.
std::string Literal(const std::string& text, const char* language = "") {
  return "```" + std::string(language) + "\n" + text + "\n```\n";
}

// The architecture, and a line for each metric.
std::string Describe(const std::string& architecture, std::span<const double> values,
                     const std::vector<MetricDeclaration>& metrics) {
  std::string text = Literal(architecture) + "\n";
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += "- " + NamedMetric(metrics[i], values[i]) + "\n";
  }
  return text;
}

// The names that occur several times.
std::set<std::string> RepeatedIn(const Records& records) {
  std::set<std::string> once, repeated;
  for (const auto& [name, value] : records) {
    if (!once.insert(name).second) { repeated.insert(name); }
  }
  return repeated;
}

}  // namespace

EventLog::EventLog(Facts facts, std::unique_ptr<BestPictures> pictures,
                   std::function<void(const std::string&)> warn, Now now)
    : facts_(std::move(facts)),
      pictures_(std::move(pictures)),
      warn_(std::move(warn)),
      now_(now),
      best_name_(BestName(facts_.result, facts_.metrics)),
      best_(facts_.result) {
  for (const MetricDeclaration& metric : facts_.metrics) {
    metric_names_.push_back("trial/" + metric.name);
  }
}

void EventLog::OnEvaluation(const EvaluationRecord& evaluation) {
  cost_seconds_ += evaluation.cost_seconds;
  if (!evaluation.records.empty() && !evaluation.rejected && !IsReplayed() &&
      !IsOfKnownTrial(evaluation.id)) {
    records_[evaluation.id] = {evaluation.records.begin(), evaluation.records.end()};
  }
}

void EventLog::OnTrial(const TrialRecord& trial) {
  failures_ += trial.failure.empty() ? 0 : 1;
  const bool is_better = best_.Add(trial) && facts_.result == ResultRule::kBest;
  if (!IsReplayed()) {
    if (is_better) { chosen_ = told_; }
    if (IsDue(told_)) { WriteTrial(trial); }
    if (is_better) { WriteBest(trial); }
    WritePicture(best_name_ + "network", &BestPictures::Poll);
  }
  last_step_ = trial.step;
  ++told_;
}

// Comes after the trial, or before it if the optimizer trains a network.
void EventLog::OnRecords(std::uint64_t step,
                         std::span<const std::pair<std::string, double>> records) {
  const std::uint64_t position = told_ - (last_step_ == step ? 1 : 0);
  if (records.empty() || position < facts_.replayed || !IsDue(position)) { return; }
  StepValues values;
  for (const auto& [name, value] : records) { values.AddNumber("optimizer/" + name, value); }
  Write(position, values);
}

// Of one step everything is written, or nothing. A trial uses up a millisecond of the time that has
// passed, of which at most a second is kept.
bool EventLog::IsDue(std::uint64_t position) {
  if (chosen_ == position) { return true; }
  const Clock::time_point now = now_();
  if (now < next_) { return false; }
  next_ = std::max(next_, now - kKept) + kForOneTrial;
  chosen_ = position;
  return true;
}

void EventLog::WriteTrial(const TrialRecord& trial) {
  StepValues values;
  if (trial.failure.empty()) {
    values.AddNumber("trial/reward", trial.reward);
    for (std::size_t i = 0; i < trial.metrics.size(); ++i) {
      values.AddNumber(metric_names_[i], trial.metrics[i]);
    }
    if (facts_.has_limits) { values.AddNumber("trial/violation", trial.violation); }
  }
  if (facts_.has_fidelities) { values.AddNumber("trial/fidelity", trial.fidelity); }
  AddTotals(values);
  if (const auto records = records_.extract(trial.evaluation)) {
    AddRecords(records.mapped(), values);
  }
  Write(told_, values);
}

void EventLog::AddTotals(StepValues& values) const {
  if (const std::optional<BestTrial>& best = best_.best()) {
    values.AddNumber(best_name_ + "reward", best->reward);
    values.AddNumber(best_name_ + facts_.metrics[facts_.reward_metric].name,
                     best->metrics[facts_.reward_metric]);
  }
  values.AddNumber("search/failures", static_cast<double>(failures_));
  if (cost_seconds_ > 0) { values.AddNumber("search/cost_seconds", cost_seconds_); }
}

// Of a value that was recorded several times, the last one, and a curve.
void EventLog::AddRecords(const Records& records, StepValues& values) {
  std::set<std::string> added;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (added.insert(record->first).second) {
      values.AddNumber("oracle/" + record->first, record->second);
    }
  }
  if (added.size() < records.size()) { WriteCurves(records); }
}

void EventLog::WriteCurves(const Records& records) {
  const std::set<std::string> repeated = RepeatedIn(records);
  std::vector<StepValues> curves;
  std::map<std::string_view, std::size_t> lengths;
  for (const auto& [name, value] : records) {
    if (!repeated.contains(name)) { continue; }
    const std::size_t at = lengths[name]++;
    curves.resize(std::max(curves.size(), at + 1));
    curves[at].AddNumber(name, value);
  }
  EventFile file(facts_.directory / kTensorBoardName / ("training-" + std::to_string(told_)), 0);
  for (std::size_t i = 0; i < curves.size(); ++i) { file.Add(i, curves[i]); }
}

void EventLog::WriteBest(const TrialRecord& trial) {
  const std::string architecture(trial.architecture);
  StepValues values;
  values.AddText(best_name_ + "architecture",
                 Describe(architecture, trial.metrics, facts_.metrics));
  Write(told_, values);
  if (pictures_) { pictures_->Offer(told_, architecture); }
}

// A run does not fail because of pictures.
void EventLog::WritePicture(const std::string& name, Next next) {
  if (!pictures_) { return; }
  std::optional<BestPictures::Picture> picture;
  try {
    picture = ((*pictures_).*next)();
  } catch (const HostError& e) {
    pictures_.reset();
    warn_(std::string("there are no more pictures for TensorBoard: ") + e.what());
  }
  if (!picture) { return; }
  StepValues values;
  values.AddImage(name, picture->png);
  Write(picture->step, values);
}

void EventLog::End(const RunResult& result, bool has_ended) {
  if (told_ == 0 || (!has_ended && !file_)) { return; }
  const std::uint64_t last = told_ - 1;
  StepValues values;
  if (chosen_ != last) { AddTotals(values); }
  if (has_ended && result.best) {
    const BestTrial& best = *result.best;
    values.AddText("result/architecture",
                   Describe(best.architecture, best.metrics, facts_.metrics));
    if (pictures_) { pictures_->Offer(last, best.architecture); }
  }
  if (!values.empty()) { Write(last, values); }
  WritePicture(has_ended ? "result/network" : best_name_ + "network", &BestPictures::Finish);
}

void EventLog::Write(std::uint64_t position, const StepValues& values) {
  if (!file_) {
    file_ = std::make_unique<EventFile>(facts_.directory / kTensorBoardName, facts_.replayed);
    StepValues pipeline;
    pipeline.AddText("pipeline", Literal(facts_.pipeline, "toml"));
    file_->Add(facts_.replayed, pipeline);
  }
  file_->Add(position, values);
}

}  // namespace lode::core
