#include "core/store/replay.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "core/plugin/error.h"
#include "core/search/metric_index.h"

namespace lode::core {
namespace {

constexpr char kWhy[] =
    "; the run cannot be continued exactly: is a component not deterministic, or was it changed?";

bool IsSame(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool IsSame(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(a, b, {}, std::bit_cast<std::uint32_t, float>,
                            std::bit_cast<std::uint32_t, float>);
}

// "now 3, stored 4" of the first difference; "" if there is none.
std::string Difference(const TrialRecord& now, const TrialRecord& then) {
  const auto text = [](std::string_view what, std::string_view n, std::string_view t) {
    return std::string(what).append(" now ").append(n).append(", stored ").append(t);
  };
  if (now.architecture != then.architecture) {
    return text("architecture", now.architecture, then.architecture);
  }
  if (!IsSame(now.action, then.action)) {
    return "another action";
  }
  if (now.random != then.random || now.reused != then.reused || now.evaluation != then.evaluation) {
    return text("evaluation", std::to_string(now.evaluation), std::to_string(then.evaluation));
  }
  if (now.failure != then.failure) {
    return text("failure", "'" + std::string(now.failure) + "'",
                "'" + std::string(then.failure) + "'");
  }
  if (!IsSame(now.reward, then.reward) || !IsSame(now.violation, then.violation)) {
    return text("reward", std::to_string(now.reward), std::to_string(then.reward));
  }
  return "";
}

}  // namespace

ReplayExecutor::ReplayExecutor(std::unique_ptr<StoredRun> stored, std::unique_ptr<Executor> rest)
    : stored_(std::move(stored)), rest_(std::move(rest)) {
  FindColumns();
  rest_->Listen([this](const Question& q, const Measurement& m) { Tell(q, m); });
}

void ReplayExecutor::FindColumns() {
  for (const auto& oracle : rest_->metrics()) {
    for (const MetricDeclaration& metric : oracle) {
      columns_.push_back(MetricIndex(stored_->metrics(), metric.name));
    }
  }
}

void ReplayExecutor::Start(const Question& question) {
  const EvaluationRecord* evaluation = stored_ != nullptr ? Find(question) : nullptr;
  if (evaluation != nullptr) {
    Measurement measurement = Recall(*evaluation);
    Tell(question, measurement);
    answers_.emplace(question.id, std::move(measurement));
  } else {
    rest_->Start(question);
  }
  if (stored_ != nullptr && question.id >= stored_->last_evaluation()) {
    stored_.reset();
  }
}

const EvaluationRecord* ReplayExecutor::Find(const Question& question) {
  const EvaluationRecord* evaluation = stored_->Evaluation(question.id);
  if (evaluation == nullptr || evaluation->architecture == question.text) {
    return evaluation;
  }
  throw HostError(stored_->file().string() + ": step " + std::to_string(question.step) +
                  ": architecture now " + question.text + ", stored " +
                  std::string(evaluation->architecture) + kWhy);
}

Measurement ReplayExecutor::Recall(const EvaluationRecord& evaluation) const {
  Measurement measurement;
  measurement.outcome = evaluation.rejected          ? Outcome::kRejected
                        : evaluation.failure.empty() ? Outcome::kMeasured
                                                     : Outcome::kFailed;
  std::ranges::transform(columns_, std::back_inserter(measurement.metrics),
                         [&](std::size_t column) { return evaluation.metrics[column]; });
  measurement.failure = evaluation.failure;
  measurement.cost_seconds = evaluation.cost_seconds;
  return measurement;
}

Measurement ReplayExecutor::Finish(std::uint64_t id) {
  auto answer = answers_.extract(id);
  return answer.empty() ? rest_->Finish(id) : std::move(answer.mapped());
}

ReplayCheck::ReplayCheck(std::unique_ptr<StoredRun> stored)
    : file_(stored->file().string()), trials_(stored->trials()), stored_(std::move(stored)) {}

void ReplayCheck::OnTrial(const TrialRecord& trial) {
  if (trial.step < trials_) {
    const std::string difference = Difference(trial, stored_->Trial(trial.step));
    if (!difference.empty()) {
      throw HostError(file_ + ": step " + std::to_string(trial.step) + ": " + difference + kWhy);
    }
  }
  if (trial.step + 1 >= trials_) {
    stored_.reset();
  }
}

void ReplayCheck::CheckEnd(std::uint64_t steps) const {
  if (steps < trials_) {
    throw HostError(file_ + ": the run ends after " + std::to_string(steps) + " steps now, " +
                    std::to_string(trials_) + " are stored");
  }
}

}  // namespace lode::core
