// Names of the methods in a comparison.
#pragma once

#include <string>
#include <vector>

#include "core/compare/given_runs.h"

namespace lode::core {

// Returns a name for each search: what the caller calls it; otherwise the first of these that
// distinguishes the searches of each task: the optimizer, the pipeline, both with the point of the
// grid as far as it is not the task's, the directory. StartMark follows each. `tasks`: a number for
// each search. Throws HostError if two searches of a task cannot be distinguished.
std::vector<std::string> MethodNames(const std::vector<GivenSearch>& searches,
                                     const std::vector<std::size_t>& tasks);

}  // namespace lode::core
