// Reads which symbols a shared library exports and needs, without loading it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lode::verify {

// Dynamic symbols by their names in the file.
struct Symbols {
  std::vector<std::string> exported;
  std::vector<std::string> needed;
};

// Throws core::HostError if the file is not an ELF shared library.
Symbols ReadSymbols(const std::filesystem::path& file);

}  // namespace lode::verify
