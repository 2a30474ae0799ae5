#include "core/store/replay.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "core/plugin/error.h"
#include "core/search/metric_index.h"

namespace lode::core {
namespace {

constexpr char kWhy[] =
    "; the run cannot be continued exactly: a component is not deterministic or has changed";

// Returns the shortest text that reads back as the same number, so that different numbers look
// different.
template <class Number>
std::string Text(Number number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

std::string Text(bool yes) { return yes ? "yes" : "no"; }
std::string Text(std::string_view text) { return '\'' + std::string(text) + '\''; }

bool IsSame(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool IsSame(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

bool IsSame(auto a, auto b) { return a == b; }

bool IsClose(double a, double b, double tolerance) {
  return IsSame(a, b) || std::abs(a - b) <= tolerance;
}

// The differences between a new trial and the stored one.
class Comparison {
 public:
  // Returns the first difference, "reward now 3, stored 4", or "".
  const std::string& difference() const { return difference_; }

  template <class Value>
  void Add(std::string_view what, Value now, Value then) {
    if (!IsSame(now, then)) { Differ(what, Text(now), Text(then)); }
  }

  // `name(i)` is the name of value i.
  template <class Value>
  void Add(std::string_view what, std::span<const Value> now, std::span<const Value> then,
           const std::function<std::string(std::size_t)>& name) {
    Add(std::string("number of ").append(what), now.size(), then.size());
    for (std::size_t i = 0; i < std::min(now.size(), then.size()); ++i) {
      if (!IsSame(now[i], then[i])) { Differ(name(i), Text(now[i]), Text(then[i])); }
    }
  }

  // For a value that is computed from the others.
  void AddComputed(std::string_view what, double now, double then, double tolerance) {
    if (!IsClose(now, then, tolerance)) { Differ(what, Text(now), Text(then)); }
  }

 private:
  void Differ(std::string_view what, const std::string& now, const std::string& then) {
    if (difference_.empty()) {
      difference_ = std::string(what).append(" now ").append(now).append(", stored ").append(then);
    }
  }

  std::string difference_;
};

std::string Proposed(std::string_view architecture, double fidelity) {
  return std::string(architecture) + (fidelity == 1 ? "" : " at fidelity " + Text(fidelity));
}

std::string Difference(const TrialRecord& now, const TrialRecord& then, const Reward& reward,
                       const std::vector<MetricDeclaration>& metrics) {
  Comparison comparison;
  comparison.Add("architecture", now.architecture, then.architecture);
  comparison.Add("fidelity", now.fidelity, then.fidelity);
  comparison.Add<float>("cells of the action", now.action, then.action, [](std::size_t i) {
    return "cell " + std::to_string(i) + " of the action";
  });
  comparison.Add("random", now.random, then.random);
  comparison.Add("reused", now.reused, then.reused);
  comparison.Add("evaluation", now.evaluation, then.evaluation);
  comparison.Add("failure", now.failure, then.failure);
  comparison.Add<double>("metrics", now.metrics, then.metrics,
                         [&](std::size_t i) { return metrics[i].name; });
  const double rounding = now.metrics.empty() ? 0 : reward.Rounding(now.metrics);
  comparison.AddComputed("reward", now.reward, then.reward, rounding);
  comparison.AddComputed("violation", now.violation, then.violation,
                         std::abs(now.violation) * Reward::kRounding);
  return comparison.difference();
}

}  // namespace

ReplayExecutor::ReplayExecutor(std::unique_ptr<StoredRun> stored, std::unique_ptr<Executor> rest,
                               std::uint64_t kept)
    : stored_(std::move(stored)),
      rest_(std::move(rest)),
      kept_(kept),
      keeps_all_(kept >= stored_->trials()) {
  if (!keeps_all_) { kept_steps_ = stored_->StepsOfFirst(kept_); }
  FindColumns();
  rest_->Listen([this](const Query& q, const Evaluation& m) { Tell(q, m); });
}

void ReplayExecutor::FindColumns() {
  for (const auto& oracle : rest_->metrics()) {
    for (const MetricDeclaration& metric : oracle) {
      columns_.push_back(MetricIndex(stored_->metrics(), metric.name));
    }
  }
}

void ReplayExecutor::Start(const Query& query) {
  const EvaluationRecord* stored = stored_ != nullptr ? Find(query) : nullptr;
  if (stored != nullptr) {
    Evaluation evaluation = Recall(*stored);
    Tell(query, evaluation);
    finished_.Add(query.id, std::move(evaluation));
  } else {
    rest_->Start(query);
  }
  if (stored_ != nullptr && query.id >= stored_->last_evaluation()) { stored_.reset(); }
}

bool ReplayExecutor::IsKept(std::uint64_t step) const {
  return keeps_all_ || (stored_->shape().has_order ? kept_steps_.contains(step) : step < kept_);
}

const EvaluationRecord* ReplayExecutor::Find(const Query& query) {
  const EvaluationRecord* evaluation = stored_->Evaluation(query.id);
  const bool is_same = evaluation != nullptr && evaluation->architecture == query.text &&
                       evaluation->fidelity == query.fidelity;
  if (!IsKept(query.step)) { return is_same && evaluation->failure.empty() ? evaluation : nullptr; }
  if (evaluation == nullptr || is_same) { return evaluation; }
  throw HostError(stored_->file().string() + ": step " + std::to_string(query.step) +
                  ": architecture now " + Proposed(query.text, query.fidelity) + ", stored " +
                  Proposed(evaluation->architecture, evaluation->fidelity) + kWhy);
}

Evaluation ReplayExecutor::Recall(const EvaluationRecord& stored) const {
  Evaluation evaluation;
  evaluation.outcome = stored.rejected          ? Outcome::kRejected
                       : stored.failure.empty() ? Outcome::kMeasured
                                                : Outcome::kFailed;
  std::ranges::transform(columns_, std::back_inserter(evaluation.metrics),
                         [&](std::size_t column) { return stored.metrics[column]; });
  evaluation.failure = stored.failure;
  evaluation.cost_seconds = stored.cost_seconds;
  return evaluation;
}

std::uint64_t ReplayExecutor::Next() {
  const auto id = finished_.First();
  return id ? *id : rest_->Next();
}

Evaluation ReplayExecutor::Finish(std::uint64_t id) {
  auto stored = finished_.Take(id);
  return stored ? std::move(*stored) : rest_->Finish(id);
}

ReplayCheck::ReplayCheck(std::unique_ptr<StoredRun> stored, const Reward& reward,
                         std::uint64_t kept, std::function<void()> agreed)
    : file_(stored->file().string()),
      trials_(std::min(kept, stored->trials())),
      reward_(reward),
      agreed_(std::move(agreed)),
      stored_(trials_ > 0 ? std::move(stored) : nullptr) {}

void ReplayCheck::OnTrial(const TrialRecord& trial) {
  if (told_ < trials_) {
    const std::string difference =
        Difference(trial, stored_->Trial(trial.step), reward_, stored_->metrics());
    if (!difference.empty()) {
      throw HostError(file_ + ": step " + std::to_string(trial.step) + ": " + difference + kWhy);
    }
  }
  ++told_;
  if (told_ >= trials_ && stored_ != nullptr) {
    stored_.reset();
    if (agreed_) { agreed_(); }
  }
}

void ReplayCheck::CheckEnd(std::uint64_t steps) const {
  if (steps < trials_) {
    throw HostError(file_ + ": the run ends after " + std::to_string(steps) + " steps now, " +
                    std::to_string(trials_) + " are stored");
  }
}

}  // namespace lode::core
