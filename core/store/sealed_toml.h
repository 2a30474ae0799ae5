// TOML files whose last line is a comment with a checksum of everything before it.
#pragma once

#include <optional>
#include <string>

namespace lode::core {

std::string SealToml(const std::string& text);

// Returns whether the text is as SealToml made it; nothing if it has no checksum, as in earlier
// versions.
std::optional<bool> IsIntactToml(const std::string& text);

}  // namespace lode::core
