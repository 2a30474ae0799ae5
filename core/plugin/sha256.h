// Names for contents that stay apart whoever makes the contents.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lode::core {

// The SHA-256 of a text in 64 hexadecimal digits, as sha256sum prints it.
std::string Sha256(std::string_view text);

// The same of what a file holds. Throws HostError if it cannot be read to its end.
std::string Sha256OfFile(const std::filesystem::path& file);

}  // namespace lode::core
