#include "toolkit/posix/write_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <lode/plugin.hpp>
#include <random>
#include <string>
#include <system_error>

#include "toolkit/posix/descriptor.h"

namespace lode::posix {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEnding = 6;  // characters behind FILE and a point

std::string RandomEnding() {
  static constexpr std::string_view kCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> place(0, kCharacters.size() - 1);
  std::string ending(kEnding, '\0');
  std::ranges::generate(ending, [&] { return kCharacters[place(device)]; });
  return ending;
}

Descriptor Create(const fs::path& file) {
  return Descriptor(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
}

// Creates FILE.XXXXXX with a name that nobody has, and sets `partial` to it.
Descriptor CreateAmongMany(const fs::path& file, fs::path& partial) {
  Descriptor created;
  do {
    partial = file.string() + "." + RandomEnding();
    created = Create(partial);
  } while (!created.is_open() && errno == EEXIST);
  return created;
}

// An existing file may have other names: it is removed instead of written to.
Descriptor CreateAlone(const fs::path& file, fs::path& partial) {
  partial = file.string() + ".partial";
  unlink(partial.c_str());
  return Create(partial);
}

bool WriteAll(const Descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) { return false; }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

// Some file systems do not support this and do not need it.
bool Sync(const fs::path& path, int flags) {
  const Descriptor opened(open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  return opened.is_open() && (fsync(opened.get()) == 0 || errno == EINVAL);
}

bool IsPublished(const fs::path& partial, const fs::path& file) {
  return Sync(partial, O_NOFOLLOW) && std::rename(partial.c_str(), file.c_str()) == 0 &&
         SyncDirectory(DirectoryOf(file));
}

}  // namespace

void ThrowIoError(const fs::path& file, const char* what, int reason) {
  throw IoError(file.string() + ": " + what + ": " + std::generic_category().message(reason));
}

fs::path DirectoryOf(const fs::path& file) {
  const fs::path parent = file.parent_path();
  return parent.empty() ? "." : parent;
}

bool SyncDirectory(const fs::path& directory) { return Sync(directory, O_DIRECTORY); }

void WriteFile(const fs::path& file, std::string_view bytes, Writers writers) {
  fs::path partial;
  const Descriptor created =
      writers == Writers::kOne ? CreateAlone(file, partial) : CreateAmongMany(file, partial);
  if (!created.is_open()) { ThrowIoError(file, "cannot be written", errno); }
  if (!WriteAll(created, bytes) || !IsPublished(partial, file)) {
    const int reason = errno;
    unlink(partial.c_str());
    ThrowIoError(file, "cannot be written", reason);
  }
}

void RemovePartsOf(const fs::path& file) {
  const std::string begin = file.filename().string() + ".";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(DirectoryOf(file), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.size() == begin.size() + kEnding) {
      fs::remove(entry.path(), error);
    }
  }
}

void Publish(const fs::path& partial, const fs::path& file) {
  if (!IsPublished(partial, file)) { ThrowIoError(file, "cannot be written", errno); }
}

}  // namespace lode::posix
