#include "core/plugin/durable_file.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void FailOn(const fs::path& file, const char* what, int reason) {
  throw HostError(file.string() + ": " + what + ": " + std::strerror(reason));
}

fs::path DirectoryOf(const fs::path& file) {
  const fs::path parent = file.parent_path();
  return parent.empty() ? "." : parent;
}

std::string UserName(uid_t user) {
  const passwd* entry = getpwuid(user);
  return entry != nullptr ? "'" + std::string(entry->pw_name) + "'" : std::to_string(user);
}

// Returns whether only somebody with the caller's rights can have made the file.
bool IsTrusted(uid_t owner) { return owner == geteuid() || owner == 0; }

// Returns why a file in somebody's directory is not written to; "" if it may be.
std::string Objection(const fs::path& file, const struct stat& is) {
  struct stat directory {};
  if (S_ISLNK(is.st_mode)) {
    return "is a link, and links are not followed here";
  }
  if (!S_ISREG(is.st_mode)) {
    return "is not a regular file";
  }
  if (is.st_nlink > 1) {
    return "has a second name (a hard link), which would change, too";
  }
  const bool is_owners =
      stat(DirectoryOf(file).c_str(), &directory) == 0 && directory.st_uid == is.st_uid;
  return is_owners || IsTrusted(is.st_uid) ? "" : "belongs to user " + UserName(is.st_uid);
}

// Some file systems do not support this and do not need it.
bool Sync(const fs::path& path, int flags) {
  const Descriptor opened(open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  return opened.is_open() && (fsync(opened.get()) == 0 || errno == EINVAL);
}

// Removes an existing file of this name instead of writing to it, because it may have other names.
Descriptor CreateAnew(const fs::path& file) {
  unlink(file.c_str());
  return Descriptor(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
}

}  // namespace

Descriptor OpenToWrite(const fs::path& file) {
  // O_NONBLOCK: opening a pipe would wait for its other end.
  Descriptor opened(
      open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!opened.is_open()) {
    const int reason = errno;
    RefuseForeignFile(file);
    FailOn(file, "cannot be opened", reason);
  }
  struct stat is {};
  fstat(opened.get(), &is);
  const std::string objection = Objection(file, is);
  if (!objection.empty()) {
    throw HostError(file.string() + ": " + objection);
  }
  return opened;
}

void RefuseForeignFile(const fs::path& file) {
  struct stat is {};
  const std::string objection = lstat(file.c_str(), &is) == 0 ? Objection(file, is) : "";
  if (!objection.empty()) {
    throw HostError(file.string() + ": " + objection);
  }
}

void RefuseForeignLinks(const fs::path& path) {
  fs::path part;
  for (const fs::path& name : fs::absolute(path).lexically_normal()) {
    part /= name;
    struct stat is {};
    if (lstat(part.c_str(), &is) == 0 && S_ISLNK(is.st_mode) && !IsTrusted(is.st_uid)) {
      throw HostError(part.string() + ": is a link of user " + UserName(is.st_uid) +
                      ", and is not followed; name the directory that it leads to");
    }
  }
}

void MakeDirectories(const fs::path& directory) {
  RefuseForeignLinks(directory);
  const fs::path path = directory.lexically_normal();
  const fs::path parent = DirectoryOf(path);
  std::error_code error;
  if (path.empty() || fs::is_directory(path, error)) {
    return;
  }
  if (parent != path) {
    MakeDirectories(parent);
  }
  fs::create_directory(path, error);
  if (error) {
    throw HostError(directory.string() + ": cannot be created: " + error.message());
  }
  if (!Sync(parent, O_DIRECTORY)) {
    FailOn(directory, "cannot be created", errno);
  }
}

void Publish(const fs::path& partial, const fs::path& file) {
  if (!Sync(partial, O_NOFOLLOW) || std::rename(partial.c_str(), file.c_str()) != 0 ||
      !Sync(DirectoryOf(file), O_DIRECTORY)) {
    FailOn(file, "cannot be written", errno);
  }
}

NewFile::NewFile(fs::path file)
    : file_(std::move(file)),
      partial_(file_.string() + ".partial"),
      descriptor_(CreateAnew(partial_)) {
  if (!descriptor_.is_open()) {
    FailOn(file_, "cannot be written", errno);
  }
}

NewFile::~NewFile() {
  if (descriptor_.is_open()) {
    unlink(partial_.c_str());
  }
}

void NewFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(descriptor_.get(), bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) {
      FailOn(file_, "cannot be written", errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(wrote, 0)));
  }
}

void NewFile::Publish() {
  core::Publish(partial_, file_);
  descriptor_.Close();
}

void WriteFile(const fs::path& file, std::string_view text) {
  NewFile written(file);
  written.Write(text);
  written.Publish();
}

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) {
    FailOn(file, "cannot be read", errno);
  }
  return text;
}

}  // namespace lode::core
