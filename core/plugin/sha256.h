// Hashes that stay distinct even for contents that somebody crafts.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lode::core {

// Returns the SHA-256 of a text as 64 hexadecimal digits, as sha256sum prints it.
std::string Sha256(std::string_view text);

// The same for a file's contents. Throws HostError if it cannot be read to its end.
std::string Sha256OfFile(const std::filesystem::path& file);

}  // namespace lode::core
