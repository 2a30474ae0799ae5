// Files that are written whole.
#pragma once

#include <string>
#include <string_view>

namespace files {

// Writes a whole file or leaves what was there; it is on the disk on return. Two processes that
// write one file at once leave one of the two. Throws lode::IoError, the path first.
void WriteFile(const std::string& path, std::string_view bytes);

// Removes what writers of a file have left that were killed. REQUIRES: nobody writes it.
void RemovePartsOf(const std::string& path);

}  // namespace files
