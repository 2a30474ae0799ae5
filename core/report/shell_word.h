// Quotes words for command lines.
#pragma once

#include <string>

namespace lode::core {

// Returns the text as one word of a shell's command line.
std::string ShellWord(const std::string& text);

}  // namespace lode::core
