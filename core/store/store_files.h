// Whether a run's store is still where it was opened.
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

// Which files have the store's names: those that were there when this was made.
class StoreFiles {
 public:
  // `file`: a database with a log (SQLite's write-ahead log), open for writing.
  explicit StoreFiles(const std::filesystem::path& file);

  // Throws LostStoreError if one of them is not the file that it was. Costs a look at each name.
  void RequireInPlace();

 private:
  // A name and the file that had it, if there was one.
  struct Place {
    std::filesystem::path path;
    dev_t device = 0;
    ino_t number = 0;
  };
  static void Require(Place& place);

  Place store_, log_;
};

}  // namespace lode::core
