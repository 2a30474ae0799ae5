// Files that are on the disk as a whole or not at all, in directories that others may have made.
//
// A directory that belongs to somebody else may hold links that lead anywhere: none is followed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/plugin/file_descriptor.h"

namespace lode::core {

// Opens a file to read and write, and makes it if it is missing. Throws HostError if it cannot, or
// if the path names a link or something else that is not one regular file of the directory's owner,
// of root, or of the caller.
Descriptor OpenToWrite(const std::filesystem::path& file);

// Makes a directory and those above it as far as they are missing; on return they are on the disk.
// Throws HostError, also if the path goes through a link of somebody else.
void MakeDirectories(const std::filesystem::path& directory);

// Throws HostError if the path goes through a link that neither the caller nor root has made.
void RefuseForeignLinks(const std::filesystem::path& path);

// Throws HostError if there is something at the path that OpenToWrite would refuse.
void RefuseForeignFile(const std::filesystem::path& file);

// Gives `partial` the name `file` in the same directory, whatever had it before. Content and name
// are on the disk on return. Throws HostError.
void Publish(const std::filesystem::path& partial, const std::filesystem::path& file);

// A file that is written piece by piece and appears under its name when it is complete. What was
// not published is removed by the destructor.
class NewFile {
 public:
  // Its content is in FILE.partial until then. Throws HostError.
  explicit NewFile(std::filesystem::path file);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Throw HostError, the file first.
  void Write(std::string_view bytes);
  void Publish();

 private:
  const std::filesystem::path file_, partial_;
  Descriptor descriptor_;
};

// Writes a whole file or leaves what was there; it is on the disk on return. Throws HostError.
void WriteFile(const std::filesystem::path& file, std::string_view text);

// Throws HostError.
std::string ReadFile(const std::filesystem::path& file);

}  // namespace lode::core
