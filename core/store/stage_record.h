// What a stage of a pipeline was made from: `stage.json` in its directory. It is there from its
// beginning and says at the end that it has finished.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/config/stages.h"
#include "core/plugin/catalog.h"
#include "core/store/configuration_change.h"

namespace lode::core {

inline constexpr char kStageFile[] = "stage.json";

struct StageRecord {
  bool finished = false;
  nlohmann::json configuration;  // of its searches: point, resolved pipeline, versions
  nlohmann::json inputs;         // files that it takes (input_files.h)
  nlohmann::json outputs{};      // likewise those that it has left; null before it has finished
};

// What a stage would be made from now, without its inputs.
StageRecord RecordOf(const Stage& stage, const Catalog& catalog);

// Its inputs. `root`: the directory of all stages. Throws HostError if an artifact is missing.
nlohmann::json InputsOf(const Stage& stage, const Catalog& catalog,
                        const std::filesystem::path& root);

// How the searches that both have differ, in configuration or versions. `stages`: names of all.
ConfigurationChange ChangeOfStage(const StageRecord& then, const StageRecord& now,
                                  const std::vector<std::string>& stages, const Catalog& catalog);

// Keeps what `then` has of other searches.
void AddOthers(StageRecord& now, const StageRecord& then);

// None: nothing that can be read. Throws HostError if it is damaged.
std::optional<StageRecord> ReadStageRecord(const std::filesystem::path& directory);

// Says in the record which file the stage has left in `directory`.
void AddOutput(StageRecord& record, const std::filesystem::path& directory,
               const std::string& name);

// The outputs that are not as they were left.
std::vector<std::string> ChangedOutputs(const StageRecord& record,
                                        const std::filesystem::path& directory);

// Throws HostError.
void WriteStageRecord(const std::filesystem::path& directory, const StageRecord& record);

// Gives the directory the first free name of "search.1", "search.2", ..., and returns it. Throws
// HostError.
std::filesystem::path SetAside(const std::filesystem::path& directory);

}  // namespace lode::core
