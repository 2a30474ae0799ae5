// Messages about texts that cannot be read as TOML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lode::core {

// Returns the parser's message or, for a text in another well-known format, the name of that
// format.
std::string DescribeTomlError(std::string_view text, std::string_view message);

// Returns a line of a text and, below it, a caret under the column, which counts characters; both
// count from 1. Shows only the part of a long line around the column. "" if there is no such line.
std::string Excerpt(std::string_view text, std::uint32_t line, std::uint32_t column);

}  // namespace lode::core
