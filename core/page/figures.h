// Single figures as SVG documents, for papers.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/compare/given_runs.h"

namespace lode::core {

// Returns what the first search had found at its end, beside the truth where it is known: the means
// of `top` architectures (search_state.h). Throws HostError if there is nothing to draw.
std::string StateFigure(const GivenRuns& given, const std::vector<std::filesystem::path>& plugins,
                        std::size_t top);

// Returns the best architecture of each search, one above the other. Throws HostError.
std::string BestFigure(const GivenRuns& given, const std::vector<std::filesystem::path>& plugins);

}  // namespace lode::core
