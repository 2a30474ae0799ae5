// A run's directory: everything that is kept of it.
//
//   run.db          its trials (run_store.h)
//   pipeline.toml   the resolved configuration: `lode run` on it makes the same trials
//   versions.json   which host, plugins and components made it
//   policy          what the optimizer learned, if it can be saved
//   result.json     how it ended
#pragma once

#include <filesystem>
#include <string>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

inline constexpr char kPolicyFile[] = "policy";

// "seed-3", below "oracle.dataset=cifar10,reward.metric=valid_accuracy" if the search is a point of
// a grid.
std::filesystem::path RunDirectoryName(const Search& search, std::uint64_t seed);

bool HoldsRun(const std::filesystem::path& directory);

// Makes the directory, removes a run that it holds, and writes pipeline.toml and versions.json.
// Throws HostError.
void MakeRunDirectory(const std::filesystem::path& directory, const Search& search,
                      std::uint64_t seed, const Catalog& catalog);

// Writes a whole file or leaves what was there.
void WriteFile(const std::filesystem::path& file, const std::string& text);

}  // namespace lode::core
