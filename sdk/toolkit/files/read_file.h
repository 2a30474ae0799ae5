// Reads whole files, or their beginnings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace lode::files {

// Returns the content of a regular file. Throws IoError, with the path first, if it cannot be
// read or has more than `max_bytes`.
std::string ReadFile(const std::string& path, std::uintmax_t max_bytes);

// Returns the first bytes of a regular file: `count`, or all if it has fewer. Throws likewise.
std::string ReadBeginning(const std::string& path, std::uintmax_t count);

}  // namespace lode::files
