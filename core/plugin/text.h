// Text as the host stores and shows it: valid UTF-8 without control characters. lode/text.hpp has
// the rule. Text from a plugin, a program or a file is made to follow it where it enters.
#pragma once

#include <lode/text.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lode::core {

// The longest message that is kept: a plugin may send megabytes.
inline constexpr std::size_t kMaxMessageText = 16384;  // bytes

// Returns a message from outside as one line. One of more than `most` bytes is cut and ends in
// "...".
std::string MessageLine(std::string_view text, std::size_t most = kMaxMessageText);

bool IsUtf8(std::string_view text);

// Converts A to Z to a to z, so that texts that differ only in case become the same.
std::string WithoutCase(std::string_view text);

// Escapes control characters as TOML and JSON do, "\u001B"; leaves the rest as it is.
std::string EscapeControls(std::string_view text);

// Formats a number for people: whole numbers with all their digits, "350000000", others with six.
std::string FormatNumber(double value);

// Formats JSON whose texts may contain any bytes (file names, for example): invalid UTF-8 becomes
// U+FFFD. With `indent` < 0, on one line.
std::string FormatJson(const nlohmann::json& value, int indent = -1);

}  // namespace lode::core
