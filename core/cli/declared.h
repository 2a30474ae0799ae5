// Reads the declared command line, for the man page and for completion. Leaves out hidden commands
// and options. All lists are in the order of declaration.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace lode::cli {

std::vector<const CLI::App*> Subcommands(const CLI::App& command);

// Returns the options with a name that starts with a dash.
std::vector<const CLI::Option*> NamedOptions(const CLI::App& command);

std::vector<const CLI::Option*> Positionals(const CLI::App& command);

// Returns the names as they are typed, short ones first: "-o", "--output".
std::vector<std::string> NamesOf(const CLI::Option& option);

// Returns the name of the value in help texts: "FILE", "PATH=VALUE". For a positional without a
// type name, its own name; "" for a flag.
std::string ValueName(const CLI::Option& option);

// Returns the values of an enumerated option (CLI::IsMember); empty for others.
std::vector<std::string> ChoicesOf(const CLI::Option& option);

}  // namespace lode::cli
