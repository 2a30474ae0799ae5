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

namespace lode::core {

inline constexpr char kStageFile[] = "stage.json";

struct StageRecord {
  bool finished = false;
  nlohmann::json configuration;  // of its searches: point, resolved pipeline, versions
  nlohmann::json inputs;         // files that it takes: their sizes and hashes
  nlohmann::json outputs{};      // likewise those that it has left; null before it has finished

  // The same work on the same files.
  bool IsOf(const StageRecord& other) const {
    return configuration == other.configuration && inputs == other.inputs;
  }
};

// `root`: the directory of all stages. Throws HostError if an artifact that it takes is not there.
StageRecord RecordOf(const Stage& stage, const Catalog& catalog, const std::filesystem::path& root);

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

}  // namespace lode::core
