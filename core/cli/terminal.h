// The terminal that standard output is, if it is one.
#pragma once

#include <cstddef>
#include <string_view>

namespace lode::cli {

// Its columns; core::kUnlimited if it is none: what goes to a file or a pipe is not wrapped.
std::size_t OutputWidth();

// See https://no-color.org.
bool OutputHasColors();

// Prints text with its lines wrapped at that width.
void PrintWrapped(std::string_view text);

}  // namespace lode::cli
