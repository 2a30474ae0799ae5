// Writes whole files.
#pragma once

#include <string>
#include <string_view>

namespace files {

// Writes a whole file or leaves the old one; it is on disk on return. If two processes write a file
// at once, one of the two remains. Throws lode::IoError, with the path first.
void WriteFile(const std::string& path, std::string_view bytes);

// Removes the remains of writers that were killed. REQUIRES: nobody is writing the file.
void RemovePartsOf(const std::string& path);

}  // namespace files
