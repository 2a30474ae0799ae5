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

// A stage that is to be run, or has been. Its plan points into it: it stays where it is. `s` and `c`
// outlive it.
struct StageRun {
  // `root`: the directory of all stages. Throws HostError if what is kept of the stage is damaged.
  StageRun(const Stage& s, const Catalog& c, const std::filesystem::path& root);
  StageRun(const StageRun&) = delete;
  StageRun& operator=(const StageRun&) = delete;

  // Of what is kept.
  StageState state() const;

  // Plans its runs. Not of a preparation.
  void MakePlan();

  // Takes the results of runs that have ended. Throws HostError if one cannot be read.
  void TakeResults();
  // The same of those that can be read.
  void TakeReadableResults();

  // Whether all of its runs have ended.
  bool HasEnded() const;

  // Whether it takes an artifact of the stage of that name.
  bool Reads(const std::string& other) const;

  const Stage& stage;
  const Catalog& catalog;
  const std::filesystem::path directory;
  std::vector<Search> searches;       // with the paths of artifacts
  std::optional<StageRecord> stored;  // of what is kept
  StageRecord record;                 // of what is wanted
  ConfigurationChange change;         // from one to the other
  bool replaced = false;              // what is kept makes room
  Plan plan;                          // empty for a preparation
  bool again = true;                  // it was run this time
  bool finished = false;
};

}  // namespace lode::core
