#include "core/exec/in_process.h"

#include <algorithm>
#include <utility>

namespace lode::core {

InProcess::InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                     std::size_t capacity)
    : capacity_(capacity), oracles_(pipeline, catalog, run, MeasuringOracles(pipeline, catalog)) {}

void InProcess::Start(const Question& question) {
  if (capacity_ == 1) {
    Evaluate({&question, 1});
  } else {
    waiting_.push_back(question);
  }
}

std::optional<std::uint64_t> InProcess::NextUntil(Clock::time_point) {
  if (!answers_.First()) { EvaluateWaiting(); }
  return answers_.First();
}

Measurement InProcess::Finish(std::uint64_t id) {
  while (!answers_.Contains(id)) { EvaluateWaiting(); }
  return *answers_.Take(id);
}

void InProcess::EvaluateWaiting() {
  const std::size_t count = std::min(waiting_.size(), capacity_);
  Evaluate(std::span(waiting_).first(count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

void InProcess::Evaluate(std::span<const Question> questions) {
  const Stopwatch stopwatch;
  std::vector<Measurement> measurements = oracles_.Measure(questions);
  const Timing timing = stopwatch.Stop();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    measurements[i].timing = timing;
    Tell(questions[i], measurements[i]);
    answers_.Add(questions[i].id, std::move(measurements[i]));
  }
}

}  // namespace lode::core
