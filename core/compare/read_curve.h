// Reads the curve of a stored run.
#pragma once

#include <cstddef>
#include <filesystem>

#include "core/compare/curve.h"
#include "core/config/pipeline.h"
#include "core/search/trial.h"

namespace lode::core {

// Returns the first limit of a budget: "unique queries".
Axis AxisOf(const BudgetConfig& budget);

// Returns how a metric of the best, as the run's tables define it, grew with what was spent. Only
// full evaluations have values: a best of a lower fidelity is not comparable. A run that has used
// its budget, in whatever it counts, has its own best at the end of it. `metric`: its
// position in the store. Throws HostError, also if the store does not tell what the run spent.
Curve ReadCurve(const std::filesystem::path& directory, const RunResult& run,
                const Pipeline& pipeline, std::size_t metric, Axis axis);

}  // namespace lode::core
