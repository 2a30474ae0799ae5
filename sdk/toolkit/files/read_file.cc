#include "toolkit/files/read_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <lode/plugin.hpp>
#include <memory>
#include <system_error>

#include "toolkit/files/naming_file.h"

namespace lode::files {
namespace {

// A regular file that is open for reading. Errors name it.
class RegularFile {
 public:
  explicit RegularFile(const std::string& path) : path_(path) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (error) { Fail(error.message()); }
    if (!std::filesystem::is_regular_file(status)) { Fail("is not a regular file"); }
    file_.reset(std::fopen(path.c_str(), "rb"));
    if (file_ == nullptr) { Fail(std::generic_category().message(errno)); }
    size_ = std::filesystem::file_size(path, error);
    if (error) { Fail(error.message()); }
  }

  std::uintmax_t size() const { return size_; }

  // REQUIRES: the file has that many bytes.
  std::string Read(std::uintmax_t count) {
    std::string bytes = NamingFile(path_, [&] { return std::string(count, '\0'); });
    if (std::fread(bytes.data(), 1, count, file_.get()) != count) {
      Fail("could not be read to its end");
    }
    return bytes;
  }

  [[noreturn]] void Fail(const std::string& what) const { throw IoError(path_ + ": " + what); }

 private:
  const std::string& path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, std::fclose};
  std::uintmax_t size_ = 0;
};

}  // namespace

std::string ReadFile(const std::string& path, std::uintmax_t max_bytes) {
  RegularFile file(path);
  if (file.size() > max_bytes) {
    file.Fail("has " + std::to_string(file.size()) + " bytes, expected at most " +
              std::to_string(max_bytes));
  }
  return file.Read(file.size());
}

std::string ReadBeginning(const std::string& path, std::uintmax_t count) {
  RegularFile file(path);
  return file.Read(std::min(count, file.size()));
}

}  // namespace lode::files
