#include "core/plugin/text.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace lode::core {
namespace {

constexpr std::size_t kMaxCharacter = 4;  // bytes

// Returns where the last character begins if it is incomplete, otherwise the size.
std::size_t EndOfWholeCharacters(std::string_view text) {
  for (std::size_t back = 1; back < kMaxCharacter && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte >= 0xC0) {
      const bool whole = static_cast<std::size_t>(std::countl_one(byte)) <= back;
      return whole ? text.size() : text.size() - back;
    }
  }
  return text.size();
}

}  // namespace

std::string MessageLine(std::string_view text, std::size_t most) {
  if (text.size() <= most) { return PrintableLine(text); }
  const std::string_view kept = text.substr(0, most);
  return PrintableLine(kept.substr(0, EndOfWholeCharacters(kept))) + "...";
}

std::string FormatNumber(double value) {
  constexpr double kAllDigits = 1e15;  // the most that doubles distinguish and people can read
  const bool is_whole = std::abs(value) <= kAllDigits && value == std::trunc(value);
  char text[32];
  std::snprintf(text, sizeof text, is_whole ? "%.0f" : "%g", value);
  return text;
}

bool IsUtf8(std::string_view text) {
  for (std::size_t size = 0; !text.empty(); text.remove_prefix(size)) {
    const Character c = FirstCharacter(text);
    if (c.code == Character::kInvalid) { return false; }
    size = c.size;
  }
  return true;
}

std::string WithoutCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) { c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
  return out;
}

std::string EscapeControls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character c = FirstCharacter(text);
    if (c.code != Character::kInvalid && IsControl(c.code)) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(c.code));
      out += escape;
    } else {
      out += text.substr(0, c.size);
    }
    text.remove_prefix(c.size);
  }
  return out;
}

std::string FormatJson(const nlohmann::json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace lode::core
