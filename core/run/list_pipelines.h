// Lists what commands have made in a directory.
#pragma once

#include <filesystem>
#include <vector>

#include "core/report/standings.h"

namespace lode::core {

// Returns the pipelines of all runs in a directory or below it, including those not begun, newest
// first. One that cannot be read is damaged. Changes nothing and loads no plugins.
std::vector<PipelineStanding> ListPipelines(const std::filesystem::path& directory);

}  // namespace lode::core
