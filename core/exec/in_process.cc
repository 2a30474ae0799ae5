#include "core/exec/in_process.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lode::core {

InProcess::InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                     std::size_t capacity)
    : capacity_(capacity), oracles_(pipeline, catalog, run, MeasuringOracles(pipeline, catalog)) {}

std::optional<std::uint64_t> InProcess::NextUntil(Clock::time_point) {
  if (!answers_.First()) {
    Evaluate();
  }
  return answers_.First();
}

Measurement InProcess::Finish(std::uint64_t id) {
  while (!answers_.Contains(id)) {
    Evaluate();
  }
  return *answers_.Take(id);
}

void InProcess::Evaluate() {
  const auto end =
      waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), capacity_));
  const std::vector<Question> questions(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
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
