// The best of a stored run so far, as a function of wall time.
#pragma once

#include <filesystem>
#include <optional>

#include "core/compare/curve.h"
#include "core/search/trial.h"

namespace lode::core {

// Returns a curve by steps, counted in seconds from the beginning of the first evaluation to the
// end of the latest one, pauses between an interruption and its resumption included. None if the
// store does not tell when evaluations happened. Throws HostError.
std::optional<Curve> InWallTime(const Curve& by_steps, const std::filesystem::path& directory);

}  // namespace lode::core
