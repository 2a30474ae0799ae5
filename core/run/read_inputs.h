// Checks the files that a pipeline reads, without running it.
#pragma once

#include <string>
#include <vector>

#include "core/run/load_pipeline.h"

namespace lode::core {

// Makes the components that a run of the pipeline would make, except those that load LibTorch or
// wait for earlier stages: whatever is wrong with the files that they read is thrown, as the run
// would.
// Returns what was left out, "oracle 'nb201.train'".
std::vector<std::string> ReadInputs(const LoadedPipeline& pipeline);

}  // namespace lode::core
