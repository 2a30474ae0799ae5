#include "toolkit/files/read_file.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <lode/plugin.hpp>
#include <memory>
#include <system_error>

#include "toolkit/files/naming_file.h"

namespace lode::files {

std::string ReadFile(const std::string& path, std::uintmax_t max_bytes) {
  const auto fail = [&](const std::string& what) { throw IoError(path + ": " + what); };
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (error) { fail(error.message()); }
  if (!std::filesystem::is_regular_file(status)) { fail("is not a regular file"); }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) { fail(std::generic_category().message(errno)); }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) { fail(error.message()); }
  if (size > max_bytes) {
    fail("has " + std::to_string(size) + " bytes, expected at most " + std::to_string(max_bytes));
  }
  std::string bytes = NamingFile(path, [&] { return std::string(size, '\0'); });
  if (std::fread(bytes.data(), 1, size, file.get()) != size) {
    fail("could not be read to its end");
  }
  return bytes;
}

}  // namespace lode::files
