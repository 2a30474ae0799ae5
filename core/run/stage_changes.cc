#include "core/run/stage_changes.h"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/plugin/error.h"
#include "core/store/input_files.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Returns whether a directory holds anything but a record left half-written when the program ended.
bool HoldsSomethingElse(const fs::path& directory) {
  std::error_code none;
  const fs::directory_iterator entries(directory, none);
  return std::any_of(begin(entries), end(entries), [](const fs::directory_entry& entry) {
    return entry.path().filename() != std::string(kStageFile) + ".partial";
  });
}

}  // namespace

StageChanges::StageChanges(const Stages& wanted, const std::list<StageRun>& stages,
                           const RunPolicy& policy, fs::path root, RunListener& listener)
    : wanted_(wanted),
      stages_(stages),
      policy_(policy),
      root_(std::move(root)),
      listener_(listener) {}

void StageChanges::Look(StageRun& stage) const {
  stage.record = RecordOf(stage.stage, stage.catalog);
  if (stage.stored && !policy_.fresh) {
    LookAtStored(stage);
  } else if (!stage.stored && stage.left_out.empty() && HoldsSomethingElse(stage.directory)) {
    throw HostError(stage.directory.string() + ": already exists and is not a stage");
  }
}

void StageChanges::LookAtStored(StageRun& stage) const {
  stage.change = ChangeOfStage(*stage.stored, stage.record, StageNames(), stage.catalog);
  const bool reads_replaced = std::ranges::any_of(stages_, [&](const StageRun& other) {
    return other.replaced && stage.Reads(other.stage.name);
  });
  if (reads_replaced || (!stage.change.trials.empty() && !Forces(stage))) {
    Replace(stage, stage.change.trials);
  } else if (!stage.stored->finished && !policy_.resume) {
    throw HostError(stage.directory.string() +
                    ": holds an unfinished stage; --resume continues it, --fresh replaces it");
  }
}

// A preparation is never forced: it has no trials that could show whether it is the same.
bool StageChanges::Forces(const StageRun& stage) const {
  return policy_.force && !stage.stage.is_preparation();
}

void StageChanges::Replace(StageRun& stage, const std::string& change) const {
  if (!policy_.replace) {
    throw HostError(stage.directory.string() + ": is no longer the same stage: " + change +
                    "; --replace runs it again and keeps this one beside it, as " +
                    stage.stage.name + ".1");
  }
  stage.replaced = true;
}

std::vector<std::string> StageChanges::StageNames() const {
  std::vector<std::string> names;
  std::ranges::transform(wanted_.list, std::back_inserter(names), &Stage::name);
  return names;
}

void StageChanges::MakeRoom(StageRun& stage) const {
  if (stage.stored && policy_.fresh) {
    std::error_code error;
    fs::remove_all(stage.directory, error);
    if (error) {
      throw HostError(stage.directory.string() + ": cannot be removed: " + error.message());
    }
    stage.stored.reset();
  } else if (stage.replaced) {
    const fs::path aside = SetAside(stage.directory);
    listener_.OnWarning({RunWarning::Kind::kNotice,
                         "stage " + stage.stage.name +
                             ": changed and runs again; its earlier results are kept in " +
                             aside.string()});
    stage.stored.reset();
    stage.replaced = false;
  }
}

void StageChanges::CheckInputs(StageRun& stage) const {
  stage.record.inputs = InputsOf(stage.stage, stage.catalog, root_);
  if (!stage.stored) { return; }
  const std::string change = ChangedInputs(stage.stored->inputs, stage.record.inputs, root_);
  if (!change.empty() && !Forces(stage)) {
    Replace(stage, change);
    MakeRoom(stage);
  } else {
    stage.change.trials += change;
    AddOthers(stage.record, *stage.stored);
  }
}

}  // namespace lode::core
