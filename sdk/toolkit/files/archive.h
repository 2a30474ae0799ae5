// Recognizes archives where a file or a directory was expected: users pass what they downloaded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace lode::files {

// Returns "is a .tar.gz archive: unpack it with `tar -xzf FILE -C FOLDER`" if FILE is an archive by
// its content (tar, compressed by gzip, xz, bzip2, zstd or not at all; zip; 7z), whatever its name.
// Returns "" if it is not, or cannot be read. REQUIRES: it is a regular file.
std::string ArchiveAdvice(const std::filesystem::path& file);

}  // namespace lode::files
