#include "core/config/resolve.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/config/artifacts.h"
#include "core/config/grid.h"
#include "core/config/host_tables.h"
#include "core/config/layers.h"
#include "core/config/names.h"
#include "core/config/resolve_steps.h"
#include "core/config/values.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

constexpr std::size_t kMaxRuns = 100000;  // searches times seeds
// The points of a grid repeat the same mistakes, so it is enough to see this many.
constexpr std::size_t kManyMistakes = 10000;

// Returns the keys of a pipeline outside all tables, and its tables.
std::vector<std::string> TopLevelKeys() {
  std::vector<std::string> keys;
  for (const lode_kind kind : {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER}) {
    keys.emplace_back(KindName(kind));
  }
  for (const HostTable& table : HostTables()) {
    if (table.name.empty()) {
      std::ranges::transform(table.params, std::back_inserter(keys), &ParamDeclaration::name);
    } else if (table.name.find('.') == std::string::npos) {
      keys.push_back(table.name);
    }
  }
  return keys;
}

void ReportUnknownTables(const WrittenPipeline& written) {
  static const std::vector<std::string> known = TopLevelKeys();
  for (const Entry& entry : *written.tree.As<Node::Table>()) {
    if (std::ranges::find(known, entry.key) == known.end()) {
      written.diagnostics.Add(entry.key_position,
                              "a pipeline has no '" + entry.key + "'" + Suggest(entry.key, known));
    }
  }
}

// A preparation's directory belongs to its oracle.
void CheckPreparation(const WrittenPipeline& written, const std::vector<ComponentConfig>& oracles) {
  if (oracles.size() > 1) {
    written.diagnostics.Add(written.PositionOf("oracle"),
                            "a stage without an [optimizer] can have only one [oracle]");
  }
  for (const ComponentConfig& oracle : oracles) {
    const ComponentDeclaration* declaration = written.catalog.Find(LODE_ORACLE, oracle.id);
    if (declaration != nullptr && !declaration->prepares) {
      written.diagnostics.Add(oracle.position, "oracle '" + oracle.id +
                                                   "' has nothing to prepare, and without an "
                                                   "[optimizer] there is nothing else to do");
    }
  }
}

void ReadSearch(const WrittenPipeline& written, Pipeline& pipeline) {
  pipeline.explorations = ReadComponents(written, LODE_EXPLORATION);
  pipeline.optimizer = ReadComponent(written, LODE_OPTIMIZER);
  pipeline.reward = ReadReward(written, pipeline.oracles);
  pipeline.start = ReadStart(written);
  pipeline.budget = ReadBudget(written);
  pipeline.confirm = ReadConfirm(written, pipeline.budget);
}

// Reads what the pipeline does: prepares, or searches.
void ReadWork(const WrittenPipeline& written, bool is_stage, Pipeline& pipeline) {
  pipeline.oracles = ReadComponents(written, LODE_ORACLE);
  if (pipeline.oracles.empty()) {
    written.diagnostics.Add(written.PositionOf("oracle"), "the pipeline has no [oracle]");
  }
  if (is_stage && !written.HasTablesOfSearch()) {
    CheckPreparation(written, pipeline.oracles);
  } else {
    ReadSearch(written, pipeline);
  }
}

// What was stored has oracles of its own.
void CheckStored(const WrittenPipeline& written, bool is_stage) {
  if (!is_stage) {
    written.diagnostics.Add(written.PositionOf("pipeline", "stored"),
                            "'stored' belongs to a stage: [stage.pipeline]");
  }
}

Pipeline ReadPipeline(const WrittenPipeline& written, bool is_stage) {
  Pipeline pipeline;
  const std::size_t before = written.diagnostics.size();
  ReportUnknownTables(written);
  ReadHeading(written, pipeline);
  pipeline.space = ReadComponent(written, LODE_SPACE);
  pipeline.shows_stored() ? CheckStored(written, is_stage) : ReadWork(written, is_stage, pipeline);
  written.Read(RecordTable(), pipeline.record);
  pipeline.execution = ReadExecution(written, pipeline.oracles, pipeline.optimizer);
  CheckTraining(written, pipeline);
  CheckResult(written, pipeline);
  pipeline.plugins = ReadPlugins(written);
  pipeline.references = ReadReferences(written, pipeline.oracles);
  if (pipeline.optional) { written.diagnostics.ForgiveMissingFiles(before); }
  return pipeline;
}

Search ResolvePoint(Node merged, std::vector<GridValue> point, const Surroundings& surroundings,
                    const Catalog& catalog, Diagnostics& diagnostics) {
  Search search;
  std::vector<Override> changes;
  for (GridValue& value : point) {
    search.point.emplace_back(PrintableLine(value.name), PointText(value.change.value));
    changes.push_back(std::move(value.change));
  }
  ApplyOverrides(merged, std::move(changes), diagnostics);
  CheckArtifacts(merged, catalog, surroundings.stages_before, surroundings.stages, diagnostics);
  search.pipeline = ReadPipeline({merged, catalog, diagnostics}, surroundings.may_prepare);
  return search;
}

}  // namespace

std::vector<std::filesystem::path> PluginPaths(const Document& document) {
  Diagnostics diagnostics;
  Node merged = MergeLayers(document, diagnostics);
  ApplyOverrides(merged, document.overrides(), diagnostics);
  // Resolve() reports the mistakes, together with all others.
  return PluginPathsOf(merged);
}

std::vector<Search> Resolve(const Document& written, const Catalog& catalog) {
  Diagnostics diagnostics;
  const Document document = WithKnownNames(written, catalog, diagnostics);
  Node merged = MergeLayers(document, diagnostics);
  ApplyOverrides(merged, document.overrides(), diagnostics);
  if (const Node* stages = merged.Find("stage")) {
    diagnostics.Add(stages->position, "expected a pipeline without stages");
  }
  std::vector<Search> searches =
      ResolveTree(merged, document.overrides(), {}, catalog, diagnostics);
  diagnostics.ThrowIfAny();
  return searches;
}

Pipeline ResolveOne(const Document& document, const Catalog& catalog) {
  Diagnostics diagnostics;
  const Node merged = MergeLayers(document, diagnostics);
  std::vector<Search> searches =
      ResolveTree(merged, {}, {.may_prepare = true}, catalog, diagnostics);
  diagnostics.ThrowIfAny();
  return std::move(searches.front().pipeline);
}

std::string FormatAnew(const std::string& text, const std::vector<std::string>& stages,
                       const Catalog& catalog) {
  try {
    Diagnostics diagnostics;
    const Node merged = MergeLayers(Document::FromText(text, "a stored pipeline"), diagnostics);
    const auto searches = ResolveTree(merged, {}, {stages, stages, true}, catalog, diagnostics);
    return diagnostics.empty() ? FormatPipeline(searches.front().pipeline, catalog) : text;
  } catch (const ConfigError&) { return text; }
}

std::vector<Search> ResolveTree(const Node& merged, const std::vector<Override>& overrides,
                                const Surroundings& surroundings, const Catalog& catalog,
                                Diagnostics& diagnostics) {
  Grid grid(merged, overrides, diagnostics);
  std::vector<Search> searches;
  std::size_t runs = 0;
  do {
    searches.push_back(ResolvePoint(merged, grid.Point(), surroundings, catalog, diagnostics));
    runs += searches.back().pipeline.seeds.size();
  } while (runs <= kMaxRuns && diagnostics.size() < kManyMistakes && grid.Advance());
  if (runs > kMaxRuns) {
    diagnostics.Add(
        merged.Find("grid")->position,
        "the grid's points and their seeds make more than " + std::to_string(kMaxRuns) + " runs");
  }
  return searches;
}

ComponentConfig ResolveComponent(const Document& written, lode_kind kind, const Catalog& catalog) {
  Diagnostics diagnostics;
  const Document document = WithKnownNames(written, catalog, diagnostics);
  Node merged = MergeLayers(document, diagnostics);
  ApplyOverrides(merged, document.overrides(), diagnostics);
  ComponentConfig config = ReadComponent({merged, catalog, diagnostics}, kind);
  diagnostics.ThrowIfAny();
  return config;
}

}  // namespace lode::core
