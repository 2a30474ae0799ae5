// Checks whether a store is as it was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lode::core {

struct StoreCheck {
  std::uint64_t rows = 0;              // number of rows
  std::uint64_t unchecked = 0;         // those that a version without checksums wrote
  std::vector<std::string> damages{};  // one line each; only the first 20
};

// Reads the whole run.db in `directory` in its current state, even while others write it. Throws
// HostError if nothing at all can be read.
StoreCheck CheckStore(const std::filesystem::path& directory);

// Like CheckStore, but also checks the structure of the file, which takes several times as long.
StoreCheck CheckStoreThoroughly(const std::filesystem::path& directory);

// Throws a HostError that names the first damage, if there is any.
void RequireIntact(const std::filesystem::path& directory);

}  // namespace lode::core
