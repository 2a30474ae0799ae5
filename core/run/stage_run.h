// One stage of a pipeline in its directory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/stages.h"
#include "core/plugin/catalog.h"
#include "core/run/plan.h"
#include "core/store/stage_record.h"

namespace lode::core {

enum class StageState { kNew, kUnfinished, kFinished };

// A stage, before or after it runs. It cannot be moved, since its plan points into it. `s` and `c`
// outlive it.
struct StageRun {
  // `root`: the directory of all stages. Throws HostError if the stored stage is damaged.
  StageRun(const Stage& s, const Catalog& c, const std::filesystem::path& root);
  StageRun(const StageRun&) = delete;
  StageRun& operator=(const StageRun&) = delete;

  // Returns the state of the stored stage.
  StageState state() const;

  // Takes the stored results that it shows, with its own references. Throws HostError, ConfigError.
  // REQUIRES: it shows some, and is not left out.
  void ShowStored();

  // Takes the accuracies that rewards refer to from the files that have them, if these exist.
  // Throws HostError if one cannot be used.
  void TakeAccuracies();

  // Plans its runs. REQUIRES: it is a search.
  void MakePlan();

  // Takes the results of runs that have ended. Throws HostError if one cannot be read.
  void TakeResults();
  // Like TakeResults, but skips runs that cannot be read.
  void TakeReadableResults();

  // Returns whether all of its runs have ended.
  bool HasEnded() const;

  // Returns whether it reads an artifact of the stage named `other`.
  bool Reads(const std::string& other) const;

  const Stage& stage;
  const Catalog& catalog;
  const std::filesystem::path directory;
  std::vector<Search> searches;       // with the paths of artifacts filled in; or the stored ones
  std::optional<StageRecord> stored;  // of the stored stage
  StageRecord record;                 // of the wanted stage
  ConfigurationChange change;         // from `stored` to `record`
  bool replaced = false;              // the stored stage makes room
  std::string left_out;               // why it was or is not measured (left_out.h), or ""
  Plan plan;                          // of a search; of one that shows results, only these
  bool again = true;                  // it was run this time
  bool finished = false;
};

}  // namespace lode::core
