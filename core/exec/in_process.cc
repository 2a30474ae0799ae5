#include "core/exec/in_process.h"

#include <utility>

namespace lode::core {

InProcess::InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run)
    : oracles_(pipeline, catalog, run, MeasuringOracles(pipeline, catalog)) {}

void InProcess::Start(const Question& question) {
  Measurement measurement = oracles_.Measure(question.architecture, question.seed);
  Tell(question, measurement);
  answers_.emplace(question.id, std::move(measurement));
}

Measurement InProcess::Finish(std::uint64_t id) { return std::move(answers_.extract(id).mapped()); }

}  // namespace lode::core
