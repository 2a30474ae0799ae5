// The directory in which one evaluation runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "toolkit/posix/descriptor.h"

namespace command {

// A new directory: the next free number in `parent`, which is kept; or, if `parent` is empty, a
// temporary one, which is removed at the end with its contents. Making the first one removes what
// killed processes have left there.
class WorkingDirectory {
 public:
  // `last` is the last number known to be taken. Throws lode::IoError if no directory can be
  // created.
  WorkingDirectory(const std::filesystem::path& parent, std::atomic<std::uint64_t>& last);
  ~WorkingDirectory();
  WorkingDirectory(const WorkingDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Creates a file in it. Throws lode::IoError.
  std::filesystem::path Write(const std::string& name, const std::string& text) const;

  // For messages: "; see PATH" if it is kept.
  std::string Hint() const { return is_kept_ ? "; see " + path_.string() : ""; }

 private:
  bool is_kept_;
  lode::posix::Descriptor lock_;  // of a temporary directory
  std::filesystem::path path_;
};

}  // namespace command
