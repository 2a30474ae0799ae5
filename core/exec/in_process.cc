#include "core/exec/in_process.h"

#include <algorithm>
#include <utility>

namespace lode::core {

InProcess::InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                     std::size_t capacity)
    : capacity_(capacity), oracles_(pipeline, catalog, run, MeasuringOracles(pipeline, catalog)) {}

void InProcess::Start(const Query& query) {
  if (capacity_ == 1) {
    Evaluate({&query, 1});
  } else {
    waiting_.push_back(query);
  }
}

std::optional<std::uint64_t> InProcess::NextUntil(Clock::time_point) {
  if (!finished_.First()) { EvaluateWaiting(); }
  return finished_.First();
}

Evaluation InProcess::Finish(std::uint64_t id) {
  while (!finished_.Contains(id)) { EvaluateWaiting(); }
  return *finished_.Take(id);
}

void InProcess::EvaluateWaiting() {
  const std::size_t count = std::min(waiting_.size(), capacity_);
  Evaluate(std::span(waiting_).first(count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

void InProcess::Evaluate(std::span<const Query> queries) {
  const Stopwatch stopwatch;
  std::vector<Evaluation> evaluations = oracles_.Evaluate(queries);
  const Timing timing = stopwatch.Stop();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    evaluations[i].timing = timing;
    Tell(queries[i], evaluations[i]);
    finished_.Add(queries[i].id, std::move(evaluations[i]));
  }
}

}  // namespace lode::core
