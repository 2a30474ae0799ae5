// TOML files whose last line is a comment with a checksum of all before it.
#pragma once

#include <optional>
#include <string>

namespace lode::core {

std::string SealToml(const std::string& text);

// Whether the text is as SealToml has made it; none: it has no checksum, as in earlier versions.
std::optional<bool> IsIntactToml(const std::string& text);

}  // namespace lode::core
