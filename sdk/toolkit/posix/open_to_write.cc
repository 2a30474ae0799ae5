#include "toolkit/posix/open_to_write.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <lode/plugin.hpp>
#include <string>
#include <system_error>

#include "toolkit/posix/write_file.h"

namespace lode::posix {
namespace {

namespace fs = std::filesystem;

std::string UserName(uid_t user) {
  const passwd* entry = getpwuid(user);
  return entry != nullptr ? "'" + std::string(entry->pw_name) + "'" : std::to_string(user);
}

// Returns whether only somebody with the caller's rights can have made the file.
bool IsTrusted(uid_t owner) { return owner == geteuid() || owner == 0; }

// Returns why a file in somebody's directory is not written to; "" if it may be.
std::string Objection(const fs::path& file, const struct stat& is) {
  struct stat directory {};
  if (S_ISLNK(is.st_mode)) { return "is a link, and links are not followed here"; }
  if (!S_ISREG(is.st_mode)) { return "is not a regular file"; }
  if (is.st_nlink > 1) { return "has a second name (a hard link), which would change, too"; }
  const bool is_owners =
      stat(DirectoryOf(file).c_str(), &directory) == 0 && directory.st_uid == is.st_uid;
  return is_owners || IsTrusted(is.st_uid) ? "" : "belongs to user " + UserName(is.st_uid);
}

}  // namespace

Descriptor OpenToWrite(const fs::path& file) {
  // O_NONBLOCK: opening a pipe would wait for its other end.
  Descriptor opened(
      open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!opened.is_open()) {
    const int reason = errno;
    RefuseForeignFile(file);
    ThrowIoError(file, "cannot be opened", reason);
  }
  struct stat is {};
  fstat(opened.get(), &is);
  const std::string objection = Objection(file, is);
  if (!objection.empty()) { throw IoError(file.string() + ": " + objection); }
  return opened;
}

void RefuseForeignFile(const fs::path& file) {
  struct stat is {};
  const std::string objection = lstat(file.c_str(), &is) == 0 ? Objection(file, is) : "";
  if (!objection.empty()) { throw IoError(file.string() + ": " + objection); }
}

void RefuseForeignLinks(const fs::path& path) {
  fs::path part;
  for (const fs::path& name : fs::absolute(path).lexically_normal()) {
    part /= name;
    struct stat is {};
    if (lstat(part.c_str(), &is) == 0 && S_ISLNK(is.st_mode) && !IsTrusted(is.st_uid)) {
      throw IoError(part.string() + ": is a link of user " + UserName(is.st_uid) +
                    ", and is not followed; name the directory that it leads to");
    }
  }
}

void MakeDirectories(const fs::path& directory) {
  RefuseForeignLinks(directory);
  const fs::path path = directory.lexically_normal();
  const fs::path parent = DirectoryOf(path);
  std::error_code error;
  if (path.empty() || fs::is_directory(path, error)) { return; }
  if (parent != path) { MakeDirectories(parent); }
  fs::create_directory(path, error);
  if (error) { throw IoError(directory.string() + ": cannot be created: " + error.message()); }
  if (!SyncDirectory(parent)) { ThrowIoError(directory, "cannot be created", errno); }
}

}  // namespace lode::posix
