#include "core/plugin/durable_file.h"

#include <cerrno>
#include <fstream>
#include <iterator>

#include "core/plugin/log.h"
#include "toolkit/posix/open_to_write.h"
#include "toolkit/posix/write_file.h"

namespace lode::core {

namespace fs = std::filesystem;

Descriptor OpenToWrite(const fs::path& file) {
  return WithHostError([&] { return posix::OpenToWrite(file); });
}

void MakeDirectories(const fs::path& directory) {
  WithHostError([&] { posix::MakeDirectories(directory); });
}

void RefuseForeignLinks(const fs::path& path) {
  WithHostError([&] { posix::RefuseForeignLinks(path); });
}

void RefuseForeignFile(const fs::path& file) {
  WithHostError([&] { posix::RefuseForeignFile(file); });
}

void WriteFile(const fs::path& file, std::string_view text) {
  WithHostError([&] { posix::WriteFile(file, text, posix::Writers::kOne); });
}

void Publish(const fs::path& partial, const fs::path& file) {
  WithHostError([&] { posix::Publish(partial, file); });
}

void WriteCache(const fs::path& file, std::string_view text) {
  try {
    posix::MakeDirectories(file.parent_path());
    posix::WriteFile(file, text, posix::Writers::kMany);
  } catch (const IoError& e) {
    Log(LODE_DEBUG, std::string("a cache stays as it is: ") + e.what());
  }
}

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) {
    WithHostError([&] { posix::ThrowIoError(file, "cannot be read", errno); });
  }
  return text;
}

}  // namespace lode::core
