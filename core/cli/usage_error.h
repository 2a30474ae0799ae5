// What is said of a command line that is not understood.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace lode::cli {

// One line: what is wrong, and the nearest name if a command or an option was misspelled. `error`: what
// parsing `app`'s command line threw.
std::string UsageError(const CLI::App& app, const CLI::ParseError& error);

}  // namespace lode::cli
