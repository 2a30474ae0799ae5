#include "core/store/run_check.h"

#include <functional>
#include <optional>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/policy_file.h"
#include "core/store/run_directory.h"
#include "core/store/run_store.h"
#include "core/store/sealed_json.h"
#include "core/store/sealed_toml.h"
#include "core/store/stage_record.h"
#include "core/store/store_check.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Returns whether the file's checksum matches; nothing if it has none. May throw HostError.
using FileCheck = std::function<std::optional<bool>(const fs::path&)>;

std::optional<bool> CheckToml(const fs::path& file) { return IsIntactToml(ReadFile(file)); }

std::optional<bool> CheckJson(const fs::path& file) {
  const SealedJson sealed = UnsealJson(ReadFile(file), file.string());
  return sealed.has_checksum ? std::optional(sealed.is_intact) : std::nullopt;
}

// ReadPolicy throws if the checksum does not match.
std::optional<bool> CheckPolicy(const fs::path& file) {
  return ReadPolicy(file).has_checksum ? std::optional(true) : std::nullopt;
}

void CheckFile(const char* name, const FileCheck& check, RunCheck& run) {
  const fs::path file = run.directory / name;
  if (!fs::exists(file)) { return; }
  try {
    const std::optional<bool> is_intact = check(file);
    if (!is_intact) {
      run.unchecked_files.emplace_back(name);
    } else if (!*is_intact) {
      run.damages.push_back(file.string() + ": is damaged: its checksum does not match");
    }
  } catch (const HostError& e) { run.damages.emplace_back(e.what()); }
}

void CheckStoreOf(RunCheck& run) {
  try {
    const StoreCheck store = CheckStoreThoroughly(run.directory);
    run.rows = store.rows;
    run.unchecked_rows = store.unchecked;
    run.damages.insert(run.damages.end(), store.damages.begin(), store.damages.end());
  } catch (const HostError& e) { run.damages.emplace_back(e.what()); }
}

void CheckOutputs(RunCheck& stage) {
  try {
    const auto record = ReadStageRecord(stage.directory);
    for (const std::string& name :
         record ? ChangedOutputs(*record, stage.directory) : std::vector<std::string>()) {
      stage.damages.push_back((stage.directory / name).string() +
                              ": is damaged: it differs from what the stage has written");
    }
  } catch (const HostError&) {  // the record itself is damaged, which is already reported
  }
}

}  // namespace

RunCheck CheckRun(const fs::path& directory) {
  RunCheck run{directory};
  run.has_begun = fs::exists(directory / kStoreFile);
  CheckFile(kPipelineFile, CheckToml, run);
  CheckFile(kVersionsFile, CheckJson, run);
  if (run.has_begun) {
    CheckStoreOf(run);
    CheckFile(kResultFile, CheckJson, run);
    CheckFile(kPolicyFile, CheckPolicy, run);
    CheckFile(kInputsFile, CheckJson, run);
  }
  return run;
}

RunCheck CheckStage(const fs::path& directory) {
  RunCheck stage{directory};
  CheckFile(kPipelineFile, CheckToml, stage);
  CheckFile(kStageFile, CheckJson, stage);
  CheckOutputs(stage);
  return stage;
}

}  // namespace lode::core
