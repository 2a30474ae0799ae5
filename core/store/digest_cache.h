// Remembers the SHA-256 of files together with their status, so that large files that nobody has
// touched are read once, not in every run.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace lode::core {

// Thread-safe. Keeps the digests of files of 8 MiB and more in a file, too. If that cannot be read
// or written, only time is lost.
class DigestCache {
 public:
  // `file` is where digests are kept; if empty, they are not kept.
  explicit DigestCache(std::filesystem::path file);

  // Throws HostError if the file cannot be read.
  std::string DigestOf(const std::filesystem::path& file);

 private:
  struct Entry {
    std::string stamp, digest;
  };
  void ReadKept();
  void Keep() const;

  const std::filesystem::path file_;
  std::mutex mutex_;
  bool read_ = false;
  std::map<std::string, Entry> entries_;  // by path; only those of large files are kept
};

// The cache of this program, beside the plugin index.
DigestCache& Digests();

}  // namespace lode::core
