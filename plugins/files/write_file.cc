#include "plugins/files/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <lode/plugin.hpp>
#include <system_error>

namespace files {
namespace {

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return fsync(file) == 0;
}

// Makes sure that the file's new name is on disk too.
bool SyncDirectoryOf(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.parent_path();
  const int directory = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY);
  if (directory < 0) return false;
  const bool done =
      fsync(directory) == 0 || errno == EINVAL;  // some file systems cannot and need not
  close(directory);
  return done;
}

constexpr std::string_view kPartEnding = ".XXXXXX";  // mkostemp's

}  // namespace

void WriteFile(const std::string& path, std::string_view bytes) {
  std::string partial = path + std::string(kPartEnding);
  const int file = mkostemp(partial.data(), O_CLOEXEC);
  bool done = file >= 0 && fchmod(file, 0644) == 0 && WriteAll(file, bytes);
  int reason = errno;
  if (file >= 0) close(file);
  if (done && (std::rename(partial.c_str(), path.c_str()) != 0 || !SyncDirectoryOf(path))) {
    done = false;
    reason = errno;
  }
  if (!done) {
    if (file >= 0) unlink(partial.c_str());
    throw lode::IoError(path + ": cannot be written: " + std::generic_category().message(reason));
  }
}

void RemovePartsOf(const std::string& path) {
  const std::filesystem::path file = path;
  const std::string begin = file.filename().string() + ".";
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(file.parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.size() == begin.size() + kPartEnding.size() - 1)
      std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace files
