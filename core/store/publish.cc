#include "core/store/publish.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/plugin/error.h"
#include "core/plugin/file_descriptor.h"

namespace lode::core {
namespace {

// Some file systems have no way to do this, and no need.
bool SyncDirectory(const std::filesystem::path& directory) {
  const Descriptor opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() && (fsync(opened.get()) == 0 || errno == EINVAL);
}

}  // namespace

void Publish(const std::filesystem::path& partial, const std::filesystem::path& file) {
  const std::filesystem::path parent = file.parent_path();
  if (std::rename(partial.c_str(), file.c_str()) != 0 ||
      !SyncDirectory(parent.empty() ? "." : parent)) {
    throw HostError(file.string() + ": cannot be written: " + std::strerror(errno));
  }
}

}  // namespace lode::core
