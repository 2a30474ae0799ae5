// A run's directory, with everything that is kept of the run.
//
//   run.db          its trials (run_store.h)
//   pipeline.toml   the resolved pipeline: `lode run` on it repeats the trials
//   versions.json   the versions of host, plugins and components, and the run's point of a grid
//   inputs.json     fingerprints of its input files (input_files.h)
//   checkpoints/    the states of optimizer and relaxed network at the last trial
//                   (core/search/checkpoints.h)
//   policy          what the optimizer learned, if it can be saved
//   result.json     how it ended
//   tensorboard/    event files, if the pipeline asks for them (core/run/event_log.h)
//   live.json       how far it is, while it runs (core/live/live_state.h)
//   lock            the process that works on it (run_lock.h)
//
// `lode check` verifies all but the last three by their checksums: see store_check.h,
// sealed_toml.h, sealed_json.h, policy_file.h.
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
inline constexpr char kCheckpointsName[] = "checkpoints";
inline constexpr char kTensorBoardName[] = "tensorboard";
inline constexpr char kResultFile[] = "result.json";
inline constexpr char kVersionsFile[] = "versions.json";
inline constexpr char kInputsFile[] = "inputs.json";
inline constexpr char kLiveFile[] = "live.json";
inline constexpr char kPartialLiveFile[] = "live.json.partial";

// In the directory of all runs of a pipeline: the preparations of its oracles (prepare.h).
inline constexpr char kPreparedName[] = "prepared";

// Returns the directory of a search's runs within the directory of all runs:
// "oracle.dataset=cifar10" for a point of a grid. A point whose words do not make a valid name, or
// are too long for one, gets a name with a distinguishing hash; a point that already has a
// directory keeps it.
std::filesystem::path SearchDirectory(const std::filesystem::path& root, const Search& search);

// Returns "seed-3" in that directory.
std::filesystem::path RunDirectory(const std::filesystem::path& root, const Search& search,
                                   std::uint64_t seed);

// Returns all run directories in `directory`, including itself, in the order of their names and
// seeds, and including runs that were planned but did not begin. Skips stages that were replaced.
std::vector<std::filesystem::path> FindRuns(const std::filesystem::path& directory);

// Prepares a locked directory for a run that is about to begin, and describes the run. Throws
// HostError.
void BeginRun(const std::filesystem::path& directory, const Search& search, std::uint64_t seed,
              const Catalog& catalog);

// Removes the files of a run except its description. Throws HostError if another process works on
// it.
void RemoveRun(const std::filesystem::path& directory);

// Removes a run with its description, and directories that are empty then, up to `root`, the
// directory of all runs of its pipeline. Throws HostError like RemoveRun.
void EraseRun(const std::filesystem::path& directory, const std::filesystem::path& root);

// Returns whether a run has left results, but not its store.
bool HasLostItsStore(const std::filesystem::path& directory);

// Writes pipeline.toml, versions.json and inputs.json unless they are up to date.
void DescribeRun(const std::filesystem::path& directory, const Search& search, std::uint64_t seed,
                 const Catalog& catalog);

// Returns how the run in `directory` differs from what it would be now: in its configuration
// (except [budget], with `ignore_budget`), a version, or an input. `inputs` is InputsOf and
// EarlierInputsOf it.
// What earlier programs did not record counts as unchanged.
ConfigurationChange ChangeOfRun(const std::filesystem::path& directory, const Search& search,
                                std::uint64_t seed, const Catalog& catalog,
                                const nlohmann::json& inputs, bool ignore_budget);

// Returns the run's point of a grid, as in Search::point.
std::vector<std::pair<std::string, std::string>> PointOfRun(const std::filesystem::path& directory);

// Returns the directory of all runs of its pipeline.
std::filesystem::path RootOfRun(const std::filesystem::path& directory);

}  // namespace lode::core
