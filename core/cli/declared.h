// What the command line declares, for what is made from it: the man page and the completion.
// Hidden commands and options are left out; all lists are in the order of declaration.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace lode::cli {

std::vector<const CLI::App*> Subcommands(const CLI::App& command);

// Those with a name that starts with a dash.
std::vector<const CLI::Option*> NamedOptions(const CLI::App& command);

std::vector<const CLI::Option*> Positionals(const CLI::App& command);

// "-o", "--output": as they are typed, short ones first.
std::vector<std::string> NamesOf(const CLI::Option& option);

// "FILE", "PATH=VALUE": what help calls the value. A positional's own name unless it has a type's;
// "" for a flag.
std::string ValueName(const CLI::Option& option);

// The values that an enumerated option has (CLI::IsMember); empty for others.
std::vector<std::string> ChoicesOf(const CLI::Option& option);

}  // namespace lode::cli
