// Bounds the nesting of a TOML text before it is parsed: the parser and its tree are recursive, and
// the parser limits values in values, but not the parts of dotted keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lode::core {

inline constexpr std::size_t kMaxDepth = 32;  // of brackets, and of the parts of a dotted key

struct TextPlace {
  std::uint32_t line = 1;
  std::uint32_t column = 1;  // in bytes
};

// Returns the first place where brackets are nested more than kMaxDepth deep, or a key has more
// than kMaxDepth parts. Strings and comments do not count. Text after the first syntax error may be
// misread, but no parser gets there.
std::optional<TextPlace> FindDeepNesting(std::string_view text);

}  // namespace lode::core
