// How text lies on a terminal: in columns, not in bytes.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace lode::core {

// The width of output that is not wrapped: a file, a pipe.
inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

// The columns that UTF-8 text without control characters takes: two for each wide character, none for
// one that combines with the one before it.
std::size_t ColumnsOf(std::string_view text);

// The beginning of a text that takes at most so many columns.
std::string Clip(std::string_view text, std::size_t columns);

// Breaks a text into lines of at most so many columns: behind a space or else behind one of ",;|+/~",
// or anywhere if there is none. A width of 0 counts as 1; spaces at the end of a line are left out.
std::vector<std::string> BreakLines(std::string_view text, std::size_t columns);

// The same for every line of a text. What follows the first line of each is indented by `hang`
// columns more than it, and as far as a list's text if it is "  TERM   text".
std::string Wrap(std::string_view text, std::size_t columns, std::size_t hang = 2);

}  // namespace lode::core
