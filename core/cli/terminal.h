// The terminals of standard output and standard error, if they have one.
#pragma once

#include <cstddef>
#include <string_view>

namespace lode::cli {

// Returns its width in columns; core::kUnlimited for a file or a pipe, whose lines are not wrapped.
std::size_t OutputWidth();

// Returns whether it is a terminal whose cursor can be moved.
bool OutputIsScreen();
// The same of standard error.
bool ErrorIsScreen();

// See https://no-color.org.
bool OutputHasColors();

// Prints text with its lines wrapped at OutputWidth().
void PrintWrapped(std::string_view text);

}  // namespace lode::cli
