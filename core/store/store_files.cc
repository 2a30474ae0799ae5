#include "core/store/store_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace lode::core {

StoreFiles::StoreFiles(const std::filesystem::path& file)
    : store_{file}, log_{file.string() + "-wal"} {
  Require(store_);
}

// SQLite creates the log at the first change and keeps it as long as the store is open.
void StoreFiles::RequireInPlace() {
  Require(store_);
  Require(log_);
}

void StoreFiles::Require(Place& place) {
  struct stat is {};
  if (stat(place.path.c_str(), &is) != 0) {
    throw LostStoreError(place.path.string() + ": was removed while the run was writing to it (" +
                         std::strerror(errno) + ")");
  }
  if (place.number == 0) {
    place.device = is.st_dev;
    place.number = is.st_ino;
  }
  if (is.st_dev != place.device || is.st_ino != place.number) {
    throw LostStoreError(place.path.string() +
                         ": was replaced by another file while the run was writing to it");
  }
}

}  // namespace lode::core
