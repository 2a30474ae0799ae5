// Checksums of stored data. They detect damage, not forgery.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lode::core {

// XXH3 of 64 bits (github.com/Cyan4973/xxHash): the same on every machine.
std::uint64_t ChecksumOf(std::string_view bytes);

// Formats it as 16 hexadecimal digits.
std::string FormatChecksum(std::uint64_t checksum);

}  // namespace lode::core
