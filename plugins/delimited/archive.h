// Archives where a file or a directory was expected: people give what they downloaded.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_DELIMITED_ARCHIVE_H_
#define LODE_PLUGINS_DELIMITED_ARCHIVE_H_

#include <filesystem>
#include <string>

namespace delimited {

// "is a .tar.gz archive: unpack it with `tar -xzf FILE -C FOLDER`", where FILE is one by its content
// (tar, packed by gzip, xz, bzip2, zstd or not at all; zip; 7z), whatever its name. "" if it is none,
// or cannot be read. REQUIRES: it is a regular file.
std::string ArchiveAdvice(const std::filesystem::path& file);

}  // namespace delimited

#endif  // LODE_PLUGINS_DELIMITED_ARCHIVE_H_
