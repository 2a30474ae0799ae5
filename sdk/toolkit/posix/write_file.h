// Writes files that reach the disk completely or not at all. Errors are thrown as lode::IoError,
// with the path first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace lode::posix {

// How many may write a file at once.
enum class Writers {
  kOne,  // the next writer replaces what one that was killed has left: FILE.partial
  kMany  // the file of one of them remains; those that were killed leave FILE.XXXXXX
};

// Writes a whole file or leaves the old one; it is on the disk on return.
void WriteFile(const std::filesystem::path& file, std::string_view bytes,
               Writers writers = Writers::kMany);

// Removes what killed writers of kMany have left. REQUIRES: nobody is writing the file.
void RemovePartsOf(const std::filesystem::path& file);

// Renames `partial` to `file` in the same directory and replaces an existing file. Content and name
// are on the disk on return.
void Publish(const std::filesystem::path& partial, const std::filesystem::path& file);

// ---- parts of these

// Throws "FILE: WHAT: REASON", with the text of the error number `reason`.
[[noreturn]] void ThrowIoError(const std::filesystem::path& file, const char* what, int reason);

// Returns the directory that a path's last name is in; "." for a name alone.
std::filesystem::path DirectoryOf(const std::filesystem::path& file);

// Puts a directory's list of names on the disk. Returns false, with errno, if that fails.
bool SyncDirectory(const std::filesystem::path& directory);

}  // namespace lode::posix
