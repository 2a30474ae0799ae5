// The run of an earlier search that a run starts from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/config/pipeline.h"

namespace lode::core {

// A run to start from, or what is wrong.
struct EarlierRun {
  std::filesystem::path directory{};
  std::string fault{};
};

// Returns the run in `directory` that has left the file `name` and that a seed of a search starts
// from: `directory` itself, or the run with the same point and seed in it, or with the same seed.
EarlierRun FindEarlierRun(const std::filesystem::path& directory, const Search& search,
                          std::uint64_t seed, const std::string& name);

}  // namespace lode::core
