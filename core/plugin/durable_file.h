// Writes files that reach the disk completely or not at all, in directories that others may have
// made.
//
// A directory that belongs to somebody else may contain links that lead anywhere: they are not
// followed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/plugin/file_descriptor.h"

namespace lode::core {

// Opens a file for reading and writing, and creates it if it is missing. Throws HostError on
// failure, or if the path is a link or anything but a single regular file of the directory's owner,
// root or the caller.
Descriptor OpenToWrite(const std::filesystem::path& file);

// Creates a directory and its missing parents; on return they are on the disk. Throws HostError,
// also if the path goes through a link that somebody else made.
void MakeDirectories(const std::filesystem::path& directory);

// Throws HostError if the path goes through a link that neither the caller nor root made.
void RefuseForeignLinks(const std::filesystem::path& path);

// Throws HostError if OpenToWrite would refuse what is at the path.
void RefuseForeignFile(const std::filesystem::path& file);

// Renames `partial` to `file` in the same directory and replaces an existing file. Content and name
// are on the disk on return. Throws HostError.
void Publish(const std::filesystem::path& partial, const std::filesystem::path& file);

// A file that is written in pieces and appears under its name when it is complete. The destructor
// removes a file that was not published.
class NewFile {
 public:
  // Until it is published, its content is in FILE.partial. Throws HostError.
  explicit NewFile(std::filesystem::path file);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // These throw a HostError that begins with the file.
  void Write(std::string_view bytes);
  void Publish();

 private:
  const std::filesystem::path file_, partial_;
  Descriptor descriptor_;
};

// Writes a file completely or leaves the old one; it is on the disk on return. Throws HostError.
void WriteFile(const std::filesystem::path& file, std::string_view text);

// Returns the file's contents. Throws HostError.
std::string ReadFile(const std::filesystem::path& file);

}  // namespace lode::core
