#include "core/config/host_tables.h"

#include <algorithm>

#include "core/config/pipeline_tables.h"

namespace lode::core {
namespace {

// The tables that no struct of a resolved pipeline has.

struct FileKeys {
  std::vector<std::string> include{};
};

HostTable FileTable() {
  return TypedTable<FileKeys>(
             {.name = "", .doc = "what the file builds on"},
             {{"include", &FileKeys::include,
               "A file, or a list of files, that this one builds on: its own values win. Tables "
               "are "
               "merged key by key, lists are replaced; a table of numbers changes elements of a "
               "list: `[oracle.1]` changes keys of the second `[[oracle]]`. Relative names are "
               "relative to this file."}})
      .declaration();
}

struct GridKeys {
  std::vector<std::string> zip{};
};

HostTable GridTable() {
  return TypedTable<GridKeys>(
             {.name = "grid",
              .doc = "several searches: a list of values for each path, `\"optimizer.use\" = "
                     "[\"l2nas\", \"rea\"]`, and a search for every combination of values. A path "
                     "goes through tables and, by number, through lists: `\"oracle.0.dataset\"`"},
             {{"zip", &GridKeys::zip,
               "Paths whose values change together instead of being combined, each with the same "
               "number of values: `zip = [\"space.dataset\", \"oracle.0.file\"]`. Or a list of "
               "such lists."}})
      .declaration();
}

struct StageKeys {
  std::string name{};
};

HostTable StageTable() {
  return TypedTable<StageKeys>(
             {.name = "stage",
              .doc =
                  "a part of a pipeline with several stages, which run in order. It has the same "
                  "tables as a whole pipeline, `[stage.oracle]`, and uses the file's tables "
                  "that it lacks. Without an optimizer, its oracle prepares. The path "
                  "\"stage:NAME/FILE\" is a file that an earlier stage has written",
              .list = true},
             {HostKey<StageKeys>("name", &StageKeys::name,
                                 "Its name: letters, digits, '_' and '-'. A search writes "
                                 "best.tsv, the result of each run, and trials.csv, its full "
                                 "evaluations; a preparation writes the files of its oracle.")
                  .Required()})
      .declaration();
}

}  // namespace

const std::vector<HostTable>& HostTables() {
  static const std::vector<HostTable> tables = {FileTable(),
                                                PipelineTable().declaration(),
                                                RewardTable().declaration(),
                                                LimitsTable().declaration(),
                                                TermsTable().declaration(),
                                                GoalsTable().declaration(),
                                                StartTable().declaration(),
                                                BudgetTable().declaration(),
                                                ConfirmTable().declaration(),
                                                RecordTable().declaration(),
                                                ExecutionTable().declaration(),
                                                PluginsTable().declaration(),
                                                GridTable(),
                                                StageTable(),
                                                ReferenceTable().declaration()};
  return tables;
}

const std::vector<ParamDeclaration>& ComponentKeys() {
  return ComponentTable().declaration().params;
}

Effect EffectOf(std::string_view table, std::string_view key) {
  const auto declared = std::ranges::find(HostTables(), table, &HostTable::name);
  const bool is_host = declared != HostTables().end();
  if (is_host && declared->keeps_results) { return Effect::kNone; }
  const auto& params = is_host ? declared->params : ComponentKeys();
  const auto param = std::ranges::find(params, key, &ParamDeclaration::name);
  const std::uint32_t flags = param != params.end() ? param->flags : 0;
  return (flags & kKeepsResults) != 0  ? Effect::kNone
         : (flags & kKeepsTrials) != 0 ? Effect::kTables
                                       : Effect::kTrials;
}

const HostTable& FindHostTable(std::string_view name) {
  return *std::ranges::find(HostTables(), name, &HostTable::name);
}

const ParamDeclaration& FindComponentKey(std::string_view name) {
  return *std::ranges::find(ComponentKeys(), name, &ParamDeclaration::name);
}

}  // namespace lode::core
