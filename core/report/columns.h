// Measures and wraps text for terminals, in columns instead of bytes.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace lode::core {

// The width of output that is not wrapped, such as a file or a pipe.
inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

// Returns the columns that UTF-8 text without control characters takes: two for a wide character,
// none for one that combines with the previous one.
std::size_t ColumnsOf(std::string_view text);

// Returns the beginning of a text that takes at most this many columns.
std::string Clip(std::string_view text, std::size_t columns);

// Breaks a text into lines of at most this many columns: after a space, or else after one of
// ",;|+/~", or anywhere if there is none. A width of 0 counts as 1. Drops spaces at the end of a
// line.
std::vector<std::string> BreakLines(std::string_view text, std::size_t columns);

// Does the same for every line of a text. Continuation lines are indented by `hang` more columns
// than the first line, or up to the text if the line is a list item, "  TERM   text".
std::string Wrap(std::string_view text, std::size_t columns, std::size_t hang = 2);

}  // namespace lode::core
