// A run's directory: everything that is kept of it.
//
//   run.db          its trials (run_store.h)
//   pipeline.toml   the resolved configuration: `lode run` on it makes the same trials
//   versions.json   which host, plugins and components made it, and its point of a grid
//   policy          what the optimizer learned, if it can be saved
//   result.json     how it ended
//   lock            which process works on it (run_lock.h)
//
// All but the lock carry checksums: see store_check.h, sealed_toml.h, sealed_json.h, policy_file.h.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"
#include "core/plugin/durable_file.h"

namespace lode::core {

inline constexpr char kPipelineFile[] = "pipeline.toml";
inline constexpr char kPolicyFile[] = "policy";
inline constexpr char kResultFile[] = "result.json";
inline constexpr char kVersionsFile[] = "versions.json";

// In the directory of all runs of a pipeline: what its oracles have prepared (prepare.h).
inline constexpr char kPreparedName[] = "prepared";

// "seed-3", below "oracle.dataset=cifar10,reward.metric=valid_accuracy" if the search is a point of
// a grid.
std::filesystem::path RunDirectoryName(const Search& search, std::uint64_t seed);

// All run directories in `directory`, itself too, in the order of their names and seeds; of runs
// that were to begin and did not, too.
std::vector<std::filesystem::path> FindRuns(const std::filesystem::path& directory);

// Makes the directory, removes a run that it holds, and writes pipeline.toml and versions.json.
// Throws HostError, also if another process works on the run.
void MakeRunDirectory(const std::filesystem::path& directory, const Search& search,
                      std::uint64_t seed, const Catalog& catalog);

// Writes pipeline.toml and versions.json only.
void DescribeRun(const std::filesystem::path& directory, const Search& search, std::uint64_t seed,
                 const Catalog& catalog);

// How the run in `directory` differs from what it would be now: the first line of its configuration
// (but for [budget], if `ignore_budget`) or the first version that is another one; "" if none is. A
// parameter that was not there when it was stored has its default.
std::string ChangeOfRun(const std::filesystem::path& directory, const Search& search,
                        std::uint64_t seed, const Catalog& catalog, bool ignore_budget);

// The point of a grid that a run is, as in Search::point.
std::vector<std::pair<std::string, std::string>> PointOfRun(const std::filesystem::path& directory);

// The directory of all runs of its pipeline.
std::filesystem::path RootOfRun(const std::filesystem::path& directory);

}  // namespace lode::core
