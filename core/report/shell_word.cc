#include "core/report/shell_word.h"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace lode::core {

std::string ShellWord(const std::string& text) {
  const bool is_plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("/._+-=", c) != nullptr;
  });
  if (is_plain) { return text; }
  std::string quoted = "'";
  for (const char c : text) { quoted += c == '\'' ? "'\\''" : std::string(1, c); }
  return quoted + "'";
}

}  // namespace lode::core
