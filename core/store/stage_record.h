// Records what a stage of a pipeline was made from: `stage.json` in its directory. The file exists
// from the stage's beginning and says at the end that it has finished.
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
  nlohmann::json inputs;         // its input files (input_files.h)
  nlohmann::json outputs{};      // its output files; null before it has finished
  std::string left_out{};        // why it is not measured; "" if it is
};

// Returns what the stage would be made from now, without its inputs.
StageRecord RecordOf(const Stage& stage, const Catalog& catalog);

// Returns a stage's inputs. `root` is the directory of all stages. Throws HostError if an artifact
// is missing.
nlohmann::json InputsOf(const Stage& stage, const Catalog& catalog,
                        const std::filesystem::path& root);

// Returns how the searches in both records differ, in configuration or versions. `stages` names all
// stages.
ConfigurationChange ChangeOfStage(const StageRecord& then, const StageRecord& now,
                                  const std::vector<std::string>& stages, const Catalog& catalog);

// Copies the entries of other searches from `then`.
void AddOthers(StageRecord& now, const StageRecord& then);

// Returns nothing if there is no readable record. Throws HostError if it is damaged.
std::optional<StageRecord> ReadStageRecord(const std::filesystem::path& directory);

// Adds a file that the stage has written to `directory` to the record.
void AddOutput(StageRecord& record, const std::filesystem::path& directory,
               const std::string& name);

// Returns the outputs that are not as the stage wrote them.
std::vector<std::string> ChangedOutputs(const StageRecord& record,
                                        const std::filesystem::path& directory);

// Throws HostError.
void WriteStageRecord(const std::filesystem::path& directory, const StageRecord& record);

// Renames the directory to the first free name of "search.1", "search.2", ..., and returns that.
// Throws HostError.
std::filesystem::path SetAside(const std::filesystem::path& directory);

}  // namespace lode::core
