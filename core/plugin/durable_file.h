// The files of toolkit/posix, with the host's exception: everything here throws HostError.
#pragma once

#include <filesystem>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>

#include "core/plugin/error.h"
#include "toolkit/posix/descriptor.h"

namespace lode::core {

using posix::Descriptor;

// Returns what a call of the toolkit returns, and turns its errors into HostError.
template <class Call>
decltype(auto) WithHostError(const Call& call) {
  try {
    return call();
  } catch (const IoError& e) { throw HostError(e.what()); }
}

// See toolkit/posix/open_to_write.h.
Descriptor OpenToWrite(const std::filesystem::path& file);
void MakeDirectories(const std::filesystem::path& directory);
void RefuseForeignLinks(const std::filesystem::path& path);
void RefuseForeignFile(const std::filesystem::path& file);

// See toolkit/posix/write_file.h. WriteFile is for files that only one process writes at a time.
void WriteFile(const std::filesystem::path& file, std::string_view text);
void Publish(const std::filesystem::path& partial, const std::filesystem::path& file);

// Replaces a file that several processes may write and that costs only time if it is missing: a
// failure is not reported, except in the debug log.
void WriteCache(const std::filesystem::path& file, std::string_view text);

// Returns the file's contents.
std::string ReadFile(const std::filesystem::path& file);

}  // namespace lode::core
