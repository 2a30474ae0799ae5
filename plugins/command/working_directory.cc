#include "plugins/command/working_directory.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <lode/plugin.hpp>
#include <system_error>

namespace command {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const fs::path& path, const std::string& reason) {
  throw lode::IoError(path.string() + ": cannot be made: " + reason);
}

// Six digits at least, so that listings are in order.
std::string NameOf(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

// Other evaluations, of other programs too, may be making theirs: who makes a directory has it.
fs::path MakeNumbered(const fs::path& parent, std::atomic<std::uint64_t>& last) {
  std::error_code error;
  fs::create_directories(parent, error);
  for (fs::path path; !error;) {
    path = parent / NameOf(++last);
    if (fs::create_directory(path, error)) return path;
  }
  Fail(parent, error.message());
}

fs::path MakeTemporary() {
  std::string name = (fs::temp_directory_path() / "lode-command-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    const int error = errno;
    Fail(name, std::system_category().message(error));
  }
  return name;
}

}  // namespace

WorkingDirectory::WorkingDirectory(const fs::path& parent, std::atomic<std::uint64_t>& last)
    : is_kept_(!parent.empty()), path_(is_kept_ ? MakeNumbered(parent, last) : MakeTemporary()) {}

WorkingDirectory::~WorkingDirectory() {
  std::error_code ignored;
  if (!is_kept_) fs::remove_all(path_, ignored);
}

fs::path WorkingDirectory::Write(const std::string& name, const std::string& text) const {
  fs::path file = path_ / name;
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw lode::IoError(file.string() + ": cannot be written");
  return file;
}

}  // namespace command
