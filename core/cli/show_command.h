// The command that shows an architecture that a search found.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::cli {

// Returns "lode show nb201 '|...|'". `plugins`: those named on the command line.
std::string ShowCommand(const core::Search& search, const core::Catalog& catalog,
                        const std::string& architecture,
                        const std::vector<std::filesystem::path>& plugins);

}  // namespace lode::cli
