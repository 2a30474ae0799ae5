// Command lines that a user can type.
#pragma once

#include <string>

namespace lode::cli {

// As a word of a shell's command line.
std::string ShellWord(const std::string& text);

}  // namespace lode::cli
