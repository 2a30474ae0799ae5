// A run's directory: everything that is kept of it.
//
//   run.db          its trials (run_store.h)
//   pipeline.toml   the resolved configuration: `lode run` on it makes the same trials
//   versions.json   which host, plugins and components made it, and its point of a grid
//   inputs.json     the files that it takes, as they were (input_files.h)
//   policy          what the optimizer learned, if it can be saved
//   result.json     how it ended
//   lock            which process works on it (run_lock.h)
//
// All but the lock carry checksums: see store_check.h, sealed_toml.h, sealed_json.h, policy_file.h.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"
#include "core/plugin/durable_file.h"
#include "core/store/configuration_change.h"

namespace lode::core {

inline constexpr char kPipelineFile[] = "pipeline.toml";
inline constexpr char kPolicyFile[] = "policy";
inline constexpr char kResultFile[] = "result.json";
inline constexpr char kVersionsFile[] = "versions.json";
inline constexpr char kInputsFile[] = "inputs.json";

// In the directory of all runs of a pipeline: what its oracles have prepared (prepare.h).
inline constexpr char kPreparedName[] = "prepared";

// Where the runs of a search are in the directory of all runs: "oracle.dataset=cifar10" if it is a
// point of a grid. A point whose words are no name, or too long for one, has a name with a mark that
// tells it apart; one that has a directory keeps it.
std::filesystem::path SearchDirectory(const std::filesystem::path& root, const Search& search);

// "seed-3" in that.
std::filesystem::path RunDirectory(const std::filesystem::path& root, const Search& search,
                                   std::uint64_t seed);

// All run directories in `directory`, itself too, in the order of their names and seeds; of runs
// that were to begin and did not, too. Not those of stages that were replaced.
std::vector<std::filesystem::path> FindRuns(const std::filesystem::path& directory);

// Makes the directory, which is locked, ready for a run that is to begin, and describes it. Throws
// HostError.
void BeginRun(const std::filesystem::path& directory, const Search& search, std::uint64_t seed,
              const Catalog& catalog);

// Removes what a run has left, but for its description. Throws HostError if another process works on
// it.
void RemoveRun(const std::filesystem::path& directory);

// Whether a run has left something, but not its store.
bool HasLostItsStore(const std::filesystem::path& directory);

// Writes pipeline.toml, versions.json and inputs.json where they are not the same already.
void DescribeRun(const std::filesystem::path& directory, const Search& search, std::uint64_t seed,
                 const Catalog& catalog);

// How the run in `directory` differs from what it would be now: in its configuration (but for
// [budget], if `ignore_budget`), a version, or an input. `inputs`: InputsOf the search. What earlier
// programs did not record has not changed.
ConfigurationChange ChangeOfRun(const std::filesystem::path& directory, const Search& search,
                                std::uint64_t seed, const Catalog& catalog,
                                const nlohmann::json& inputs, bool ignore_budget);

// The point of a grid that a run is, as in Search::point.
std::vector<std::pair<std::string, std::string>> PointOfRun(const std::filesystem::path& directory);

// The directory of all runs of its pipeline.
std::filesystem::path RootOfRun(const std::filesystem::path& directory);

}  // namespace lode::core
