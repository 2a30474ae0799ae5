// What a stage of a pipeline was made from: `stage.json` in its directory. It is there from its
// beginning and says at the end that it has finished.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/config/stages.h"
#include "core/plugin/catalog.h"

namespace lode::core {

struct StageRecord {
  bool finished = false;
  nlohmann::json configuration;  // of its searches: point, resolved pipeline, versions
  nlohmann::json inputs;         // files that it takes: their sizes and hashes

  // The same work on the same files.
  bool IsOf(const StageRecord& other) const {
    return configuration == other.configuration && inputs == other.inputs;
  }
};

// `root`: the directory of all stages. Throws HostError if an artifact that it takes is not there.
StageRecord RecordOf(const Stage& stage, const Catalog& catalog, const std::filesystem::path& root);

// None: nothing that can be read.
std::optional<StageRecord> ReadStageRecord(const std::filesystem::path& directory);

// Throws HostError.
void WriteStageRecord(const std::filesystem::path& directory, const StageRecord& record);

}  // namespace lode::core
