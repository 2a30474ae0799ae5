// Looks whether a store is as it was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lode::core {

struct StoreCheck {
  std::uint64_t rows = 0;              // that there are
  std::uint64_t unchecked = 0;         // of these: written by a version that knew no checksums
  std::vector<std::string> damages{};  // one line each, the first ones of many
};

// Reads all of the run.db in `directory` as it is now, while others may be writing it. Throws
// HostError if nothing at all can be read.
StoreCheck CheckStore(const std::filesystem::path& directory);

// As CheckStore, with the structure of the file too, which takes several times as long.
StoreCheck CheckStoreThoroughly(const std::filesystem::path& directory);

// Throws HostError that says what is damaged first.
void RequireIntact(const std::filesystem::path& directory);

}  // namespace lode::core
