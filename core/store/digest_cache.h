// Remembers the SHA-256 of files by what the system says of them, so that large ones that nobody
// has touched are read once and not for every run.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace lode::core {

// Thread-safe. Digests of files of 8 MiB and more are kept in a file, too; one that cannot be read or
// written costs time only.
class DigestCache {
 public:
  // `file`: where digests are kept; empty: nowhere.
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
  std::map<std::string, Entry> entries_;  // of files by path; those of large ones are kept
};

// That of this program, beside the plugin index.
DigestCache& Digests();

}  // namespace lode::core
