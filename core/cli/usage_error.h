// Messages for command lines that cannot be parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace lode::cli {

// Returns one line with the mistake, and the nearest name if a command or an option was misspelled.
// `error`: thrown when parsing `app`'s command line.
std::string UsageError(const CLI::App& app, const CLI::ParseError& error);

}  // namespace lode::cli
