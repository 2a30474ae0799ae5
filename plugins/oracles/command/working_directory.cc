#include "plugins/oracles/command/working_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <lode/plugin.hpp>
#include <string_view>
#include <system_error>
#include <utility>

#include "toolkit/posix/file_lock.h"

namespace command {
namespace {

namespace fs = std::filesystem;

using lode::posix::Descriptor;

[[noreturn]] void Fail(const fs::path& path, const std::string& reason) {
  throw lode::IoError(path.string() + ": cannot be created: " + reason);
}

// At least six digits, so that listings are in order.
std::string NameOf(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

// Other evaluations, also of other programs, may be making theirs: whoever makes a directory owns
// it.
fs::path MakeNumbered(const fs::path& parent, std::atomic<std::uint64_t>& last) {
  std::error_code error;
  fs::create_directories(parent, error);
  for (fs::path path; !error;) {
    path = parent / NameOf(++last);
    if (fs::create_directory(path, error)) { return path; }
  }
  Fail(parent, error.message());
}

constexpr std::string_view kNew = "lode-command-new-";  // until it is locked
constexpr std::string_view kOurs = "lode-command-run-";

// Returns false also where the file system has no locks: then nothing counts as abandoned.
bool IsLocked(const Descriptor& directory, const fs::path& path) {
  try {
    return lode::posix::TryLock(directory, path, lode::posix::Holders::kOne);
  } catch (const lode::IoError&) { return false; }
}

// Opens and locks a directory; returns a closed descriptor if it is not a directory of this user,
// or is locked by a living process. The system releases a lock however its process ends, in any
// container.
Descriptor Locked(const fs::path& directory) {
  Descriptor opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  const bool is_mine = opened.is_open() && fstat(opened.get(), &info) == 0 &&
                       info.st_uid == geteuid() && IsLocked(opened, directory);
  return is_mine ? std::move(opened) : Descriptor();
}

// Removes the directories of processes that were killed before they could.
void RemoveAbandoned(const fs::path& temporary) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(temporary, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kOurs) && Locked(entry.path()).is_open()) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

// Nobody else looks at the directory before it is locked: only then does it get the name that
// others look for.
fs::path MakeTemporary(std::atomic<std::uint64_t>& last, Descriptor& lock) {
  const fs::path temporary = fs::temp_directory_path();
  if (last++ == 0) { RemoveAbandoned(temporary); }
  std::string name = (temporary / (std::string(kNew) + "XXXXXX")).string();
  if (mkdtemp(name.data()) == nullptr) {
    const int error = errno;
    Fail(name, std::system_category().message(error));
  }
  lock = Locked(name);
  const fs::path path =
      temporary / (std::string(kOurs) + name.substr(name.size() - std::strlen("XXXXXX")));
  std::error_code error;
  fs::rename(name, path, error);
  return error ? fs::path(name) : path;
}

}  // namespace

WorkingDirectory::WorkingDirectory(const fs::path& parent, std::atomic<std::uint64_t>& last)
    : is_kept_(!parent.empty()),
      path_(is_kept_ ? MakeNumbered(parent, last) : MakeTemporary(last, lock_)) {}

WorkingDirectory::~WorkingDirectory() {
  std::error_code ignored;
  if (!is_kept_) { fs::remove_all(path_, ignored); }
}

fs::path WorkingDirectory::Write(const std::string& name, const std::string& text) const {
  fs::path file = path_ / name;
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) { throw lode::IoError(file.string() + ": cannot be written"); }
  return file;
}

}  // namespace command
