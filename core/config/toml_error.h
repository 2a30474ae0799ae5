// What is said of a text that cannot be read as TOML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lode::core {

// The parser's message, or, of a text in another format that people know, which one that is.
std::string DescribeTomlError(std::string_view text, std::string_view message);

// The line of a text, and below it a caret under the column, which counts characters; both from 1. Of
// a long line the part around it. "" if there is no such line.
std::string Excerpt(std::string_view text, std::uint32_t line, std::uint32_t column);

}  // namespace lode::core
