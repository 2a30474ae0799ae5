// Text as the host keeps and shows it: valid UTF-8 without control characters. lode/text.hpp has the
// rule; whatever comes from a plugin, a program or a file follows it from where it enters.
#pragma once

#include <lode/text.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lode::core {

// At most this much of a message is kept: a plugin may say megabytes.
inline constexpr std::size_t kMaxMessageText = 16384;  // bytes

// A message from outside as one line. A long one is cut, and ends in "...".
std::string MessageLine(std::string_view text);

bool IsUtf8(std::string_view text);

// A to Z as a to z: texts that differ in case only are then the same.
std::string WithoutCase(std::string_view text);

// Control characters as TOML and JSON write them, "\u001B"; the rest as it is.
std::string EscapeControls(std::string_view text);

// A number for people: whole ones in all their digits, "350000000", others with six.
std::string FormatNumber(double value);

// JSON of values whose texts may be anything (names of files, say): what is not UTF-8 becomes U+FFFD.
// `indent` < 0: in one line.
std::string FormatJson(const nlohmann::json& value, int indent = -1);

}  // namespace lode::core
