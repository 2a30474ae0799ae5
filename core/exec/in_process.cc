#include "core/exec/in_process.h"

#include <utility>

namespace lode::core {

InProcess::InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run)
    : oracles_(pipeline, catalog, run, MeasuringOracles(pipeline, catalog)) {}

void InProcess::Start(const Question& question) {
  const Stopwatch stopwatch;
  Measurement measurement = oracles_.Measure(question.architecture, question.seed);
  measurement.timing = stopwatch.Stop();
  Tell(question, measurement);
  answers_.Add(question.id, std::move(measurement));
}

Measurement InProcess::Finish(std::uint64_t id) { return *answers_.Take(id); }

}  // namespace lode::core
