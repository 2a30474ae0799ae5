// Checks whether a run's store is still where it was opened.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "core/plugin/error.h"

namespace lode::core {

// A store was removed or replaced while a run wrote to it.
class LostStoreError : public HostError {
 public:
  using HostError::HostError;
};

// The store's files, as they were when this was made.
class StoreFiles {
 public:
  // `file` is a database with a log (SQLite's write-ahead log), open for writing.
  explicit StoreFiles(const std::filesystem::path& file);

  // Throws LostStoreError if one of them was removed or replaced. Costs a stat() for each name.
  void RequireInPlace();

 private:
  // A name and the file that had it, if any.
  struct Place {
    std::filesystem::path path;
    dev_t device = 0;
    ino_t number = 0;
  };
  static void Require(Place& place);

  Place store_, log_;
};

}  // namespace lode::core
