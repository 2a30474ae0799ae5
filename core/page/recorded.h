// What components recorded during a search, and where its time went.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/compare/given_runs.h"

namespace lode::core {

// Returns [{"name", "at", "lower", "median", "upper", "seeds"}]: for each recorded value its
// quartiles over the seeds, of their means in at most 200 intervals of steps. Throws HostError.
nlohmann::json RecordedData(const GivenSearch& search);

// Returns for each seed {"seed", "seconds", "evaluating", "evaluations", "workers"}: the wall time
// of its search, and the sum of that of its evaluations, 0 where the store does not tell. Throws
// HostError.
nlohmann::json TimeData(const GivenSearch& search);

}  // namespace lode::core
