// A directory for one test.
#pragma once

#include <filesystem>
#include <fstream>
#include <lode/testing.hpp>
#include <string>
#include <string_view>

namespace lode {

class TemporaryDirectory : public test::TemporaryDirectory {
 public:
  TemporaryDirectory() {}  // not defaulted, so that tests may have constant ones

  // Writes a file, in directories that are made if there are none. Returns its path.
  std::filesystem::path Write(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }
};

}  // namespace lode
