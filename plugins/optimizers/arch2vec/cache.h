// Files that keep the results of long computations for other runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "toolkit/posix/file_lock.h"

namespace arch2vec {

// A number of 128 bits for what was added, in its order. It protects against chance, not attackers.
class Fingerprint {
 public:
  void Add(std::uint64_t word);
  // In hexadecimal.
  std::string Text() const;
  std::uint64_t first() const { return a_; }

 private:
  std::uint64_t a_ = 0x6a09e667f3bcc908, b_ = 0xbb67ae8584caa73b;
};

// $XDG_CACHE_HOME/lode/arch2vec, or ~/.cache/lode/arch2vec; empty without $HOME.
std::filesystem::path CacheDirectory();

// Remembers results of pure functions by a fingerprint of their arguments. A run gets the same
// bytes with and without it.
class Cache {
 public:
  // Remembers nothing if `directory` is empty.
  Cache(lode::Host host, std::filesystem::path directory)
      : host_(host), directory_(std::move(directory)) {}

  // Fills `state` from the file of this key, or else calls compute, which fills it, and writes the
  // file. Somebody else who computes the same is waited for. A damaged file is replaced; a
  // directory that cannot be used costs only the time, and a line in the log. Throws what compute
  // does, and CancelledError while it waits.
  void Recall(const std::string& key, const std::function<void()>& compute,
              std::span<const std::span<float>> state) const;

 private:
  bool Read(const std::filesystem::path& file, std::span<const std::span<float>> state) const;
  void ComputeLocked(const std::filesystem::path& file, const std::function<void()>& compute,
                     std::span<const std::span<float>> state) const;
  std::optional<lode::posix::FileLock> Await(const std::filesystem::path& file) const;
  void Write(const std::filesystem::path& file, std::span<const std::span<float>> state) const;

  lode::Host host_;
  std::filesystem::path directory_;
};

}  // namespace arch2vec
