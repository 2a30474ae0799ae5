#include "core/config/resolve.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

#include "core/config/artifacts.h"
#include "core/config/grid.h"
#include "core/config/host_tables.h"
#include "core/config/layers.h"
#include "core/config/names.h"
#include "core/config/pipeline_tables.h"
#include "core/config/reward_config.h"
#include "core/config/typed_table.h"
#include "core/config/values.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRuns = 100000;  // searches times seeds
// The points of a grid repeat the same mistakes, so it is enough to see this many.
constexpr std::size_t kManyMistakes = 10000;

const std::vector<std::string> kTopLevel = {
    "include", "pipeline", "space",     "oracle",  "reward", "exploration", "optimizer",
    "budget",  "confirm",  "execution", "plugins", "grid",   "reference",   "stage"};

const PresetDeclaration* FindPreset(const ComponentDeclaration& component, const Node& node,
                                    Diagnostics& diagnostics) {
  std::vector<std::string> names;
  std::ranges::transform(component.presets, std::back_inserter(names), &PresetDeclaration::name);
  const auto* name = node.As<std::string>();
  if (const std::string meant = name != nullptr ? MeantName(*name, names) : ""; !meant.empty()) {
    return &*std::ranges::find(component.presets, meant, &PresetDeclaration::name);
  }
  diagnostics.Add(node.position,
                  std::string(KindName(component.kind)) + " '" + component.id +
                      (name != nullptr ? "' has no preset '" + *name + "'" + Suggest(*name, names)
                                       : "' has no such preset"));
  return nullptr;
}

class ComponentResolver {
 public:
  ComponentResolver(const Catalog& catalog, Diagnostics& diagnostics)
      : catalog_(catalog), diagnostics_(diagnostics) {}

  // `table` is in merged form. Checks every sub-table and returns that of the component in use.
  ComponentConfig Resolve(lode_kind kind, const Node& table) {
    ComponentConfig config;
    config.kind = kind;
    config.position = table.position;
    const Node* use = table.Find("use");
    const auto* id = use != nullptr ? use->As<std::string>() : nullptr;
    if (id == nullptr) {
      diagnostics_.Add(use != nullptr ? use->position : table.position,
                       "[" + std::string(KindName(kind)) + "] needs `use`, the id of a component");
    } else {
      config.position = use->position;
      config.id = *id;
      if (const auto* declaration = Find(kind, *id, use->position)) {
        Fill(*declaration, table.Find(*id), config);
      }
    }
    CheckAlternatives(kind, table, config.id);
    return config;
  }

 private:
  const ComponentDeclaration* Find(lode_kind kind, const std::string& id,
                                   const Position& position) {
    const ComponentDeclaration* found = catalog_.Find(kind, id);
    if (found == nullptr) {
      const std::string name(KindName(kind));
      diagnostics_.Add(position,
                       "there is no " + name + " '" + id + "'" + Suggest(id, catalog_.Ids(kind)));
    }
    return found;
  }

  void CheckAlternatives(lode_kind kind, const Node& table, const std::string& in_use) {
    for (const Entry& entry : *table.As<Node::Table>()) {
      if (entry.key == "use" || entry.key == in_use) {
        continue;
      }
      if (const auto* declaration = Find(kind, entry.key, entry.key_position)) {
        ComponentConfig unused;
        unused.position = entry.key_position;
        Fill(*declaration, &entry.node, unused);
      }
    }
  }

  // Takes written values first, then the preset's, then the defaults.
  void Fill(const ComponentDeclaration& declaration, const Node* written, ComponentConfig& config) {
    std::vector<ParamDeclaration> params = declaration.params;
    std::vector<std::string> other_keys;
    if (!declaration.presets.empty()) {
      other_keys.push_back("preset");
      ApplyPreset(declaration, written, params, config);
    }
    if (declaration.kind == LODE_OPTIMIZER) {
      other_keys.push_back("policy");
      config.policy = ReadPolicy(declaration, written);
    }
    if (declaration.is_open) {
      return;
    }
    PlaceDefaultPaths(declaration, params);
    const std::string title = std::string(KindName(declaration.kind)) + " '" + declaration.id + "'";
    config.values = ReadTable(params, written, config.position, title, other_keys, diagnostics_);
    CheckDefaultFiles(params, written, config.position);
  }

  void ApplyPreset(const ComponentDeclaration& declaration, const Node* written,
                   std::vector<ParamDeclaration>& params, ComponentConfig& config) {
    const Node* name = written != nullptr ? written->Find("preset") : nullptr;
    const auto* preset = name != nullptr ? FindPreset(declaration, *name, diagnostics_)
                                         : &declaration.presets.front();
    if (preset == nullptr) {
      return;
    }
    config.preset = preset->name;
    for (const auto& [param, value] : preset->settings) {
      const auto at = std::ranges::find(params, param, &ParamDeclaration::name);
      if (at != params.end()) {
        at->default_value = value;
      }
    }
  }

  fs::path ReadPolicy(const ComponentDeclaration& declaration, const Node* written) {
    const Node* node = written != nullptr ? written->Find("policy") : nullptr;
    if (node == nullptr) {
      return {};
    }
    if (!declaration.loads) {
      diagnostics_.Add(node->position, "optimizer '" + declaration.id +
                                           "' cannot start from a policy: it does not save any" +
                                           Suggest("", OptimizersThatLoad()));
      return {};
    }
    const auto value = ReadValue(FindComponentKey("policy"), *node, diagnostics_);
    return value ? fs::path(std::get<std::string>(*value)) : fs::path();
  }

  std::vector<std::string> OptimizersThatLoad() const {
    std::vector<std::string> ids = catalog_.Ids(LODE_OPTIMIZER);
    std::erase_if(ids,
                  [&](const std::string& id) { return !catalog_.Find(LODE_OPTIMIZER, id)->loads; });
    return ids;
  }

  // A relative default is a file that comes with the plugin.
  void PlaceDefaultPaths(const ComponentDeclaration& declaration,
                         std::vector<ParamDeclaration>& params) {
    const fs::path directory =
        catalog_.PluginOf(*catalog_.Find(declaration.kind, declaration.id))->file.parent_path();
    for (ParamDeclaration& param : params) {
      auto* path = std::get_if<std::string>(&param.default_value);
      if (param.type == LODE_T_PATH && path != nullptr && !path->empty()) {
        *path = (directory / *path).lexically_normal().string();
      }
    }
  }

  void CheckDefaultFiles(const std::vector<ParamDeclaration>& params, const Node* written,
                         const Position& position) {
    for (const ParamDeclaration& param : params) {
      const bool is_written = written != nullptr && written->Find(param.name) != nullptr;
      const bool needs_file =
          (param.flags & (LODE_PARAM_INPUT_FILE | LODE_PARAM_REQUIRED)) == LODE_PARAM_INPUT_FILE;
      if (!is_written && needs_file) {
        Node fallback;
        fallback.position = position;
        fallback.value = std::get<std::string>(param.default_value);
        ReadValue(param, fallback, diagnostics_);
      }
    }
  }

  const Catalog& catalog_;
  Diagnostics& diagnostics_;
};

// Returns the [plugins] paths that can be determined. Each is relative to the file, or the
// directory of the command line, that contains it.
std::vector<fs::path> PluginPathsOf(const Node& merged) {
  std::vector<fs::path> paths;
  const Node* table = merged.Find("plugins");
  const Node* list = table != nullptr ? table->Find("paths") : nullptr;
  if (list == nullptr || list->As<Node::Array>() == nullptr) {
    return paths;
  }
  for (const Node& entry : *list->As<Node::Array>()) {
    const auto* path = entry.As<std::string>();
    if (path != nullptr && path->find('\0') == std::string::npos) {
      paths.push_back((entry.base / *path).lexically_normal());
    }
  }
  return paths;
}

// Returns whether there is a table that only a search has.
bool HasTablesOfSearch(const Node& merged) {
  constexpr std::string_view kTables[] = {"optimizer",   "reward",  "budget",
                                          "exploration", "confirm", "grid"};
  return std::ranges::any_of(kTables,
                             [&](std::string_view name) { return merged.Find(name) != nullptr; });
}

class PipelineResolver {
 public:
  PipelineResolver(const Node& merged, const Catalog& catalog, Diagnostics& diagnostics,
                   bool may_prepare = false)
      : merged_(merged),
        prepares_(may_prepare && !HasTablesOfSearch(merged)),
        catalog_(catalog),
        diagnostics_(diagnostics),
        components_(catalog, diagnostics) {}

  Pipeline Resolve() {
    ReportUnknownTables();
    ReadPipeline();
    pipeline_.space = One(LODE_SPACE);
    pipeline_.oracles = List(LODE_ORACLE);
    if (pipeline_.oracles.empty()) {
      diagnostics_.Add(PositionOf("oracle"), "the pipeline has no [oracle]");
    }
    if (prepares_) {
      CheckPreparation();
    } else {
      pipeline_.explorations = List(LODE_EXPLORATION);
      pipeline_.optimizer = One(LODE_OPTIMIZER);
      ReadReward();
      ReadBudget();
      ReadConfirm();
    }
    ReadExecution();
    ReadPlugins();
    ReadReferences();
    return std::move(pipeline_);
  }

  ComponentConfig One(lode_kind kind) {
    const std::string name(KindName(kind));
    const Node* table = merged_.Find(name);
    if (table == nullptr) {
      diagnostics_.Add(merged_.position, "the pipeline has no [" + name + "]");
      return {};
    }
    if (table->As<Node::Table>() == nullptr) {
      diagnostics_.Add(table->position,
                       "[" + name + "] must be one table, not " + std::string(table->TypeText()));
      return {};
    }
    return components_.Resolve(kind, *table);
  }

 private:
  // Returns the position of a table, or the place to report that it is missing.
  Position PositionOf(std::string_view table) const {
    const Node* node = merged_.Find(table);
    return node != nullptr ? node->position : merged_.position;
  }

  template <class Config>
  void Read(const TypedTable<Config>& table, Config& config) {
    const std::string& name = table.declaration().name;
    table.Read(merged_.Find(name), PositionOf(name), config, diagnostics_);
  }

  void ReportUnknownTables() {
    for (const Entry& entry : *merged_.As<Node::Table>()) {
      if (std::ranges::find(kTopLevel, entry.key) == kTopLevel.end()) {
        diagnostics_.Add(entry.key_position,
                         "a pipeline has no '" + entry.key + "'" + Suggest(entry.key, kTopLevel));
      }
    }
  }

  // Returns the position of a key's value in a host table, or the place to report that it is
  // missing.
  Position PositionOf(std::string_view table, std::string_view key) const {
    const Node* node = merged_.Find(table);
    const Node* value = node != nullptr ? node->Find(key) : nullptr;
    return value != nullptr ? value->position : PositionOf(table);
  }

  void ReadPipeline() {
    // `seeds = 10` is short for the first ten seeds; it is taken out before the list is read.
    const Node* written = merged_.Find("pipeline");
    Node table = written != nullptr ? *written : Node();
    const std::optional<std::int64_t> count = TakeSeedCount(table);
    PipelineTable().Read(written != nullptr ? &table : nullptr, PositionOf("pipeline"), pipeline_,
                         diagnostics_);
    CheckName();
    if (count) {
      pipeline_.seeds.resize(static_cast<std::size_t>(*count));
      std::iota(pipeline_.seeds.begin(), pipeline_.seeds.end(), 0);
    } else {
      CheckSeeds();
    }
  }

  // Removes `seeds` if it is a number and returns it; 1 for a number that is not allowed.
  std::optional<std::int64_t> TakeSeedCount(Node& table) {
    const Node* seeds = table.Find("seeds");
    if (seeds == nullptr || (seeds->As<std::int64_t>() == nullptr && !seeds->from_environment)) {
      return std::nullopt;
    }
    ParamDeclaration count;
    count.name = "seeds";
    count.type = LODE_T_INT;
    count.min = 1;
    count.max = static_cast<double>(kMaxSeeds);
    const auto value = ReadValue(count, *seeds, diagnostics_);
    std::erase_if(*table.As<Node::Table>(), [](const Entry& e) { return e.key == "seeds"; });
    return value ? std::get<std::int64_t>(*value) : 1;
  }

  void CheckSeeds() {
    const std::vector<std::uint64_t>& seeds = pipeline_.seeds;
    if (seeds.empty() || seeds.size() > static_cast<std::size_t>(kMaxSeeds)) {
      diagnostics_.Add(PositionOf("pipeline", "seeds"),
                       "'seeds': there must be 1 to " + std::to_string(kMaxSeeds) + " of them");
    } else if (std::set(seeds.begin(), seeds.end()).size() != seeds.size()) {
      diagnostics_.Add(PositionOf("pipeline", "seeds"), "'seeds': each seed may be given once");
    }
  }

  void CheckName() {
    const std::string& name = pipeline_.name;
    const Node* table = merged_.Find("pipeline");
    const Node* written = table != nullptr ? table->Find("name") : nullptr;
    const auto* text = written != nullptr ? written->As<std::string>() : nullptr;
    if (text == nullptr) {
      return;
    }
    const bool control =
        std::ranges::any_of(*text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    const bool no_directory = name.empty() || name == "." || name == ".." || control ||
                              name.find('/') != std::string::npos;
    if (no_directory) {
      diagnostics_.Add(written->position,
                       "'name' also names a directory: it cannot be " + FormatValue(*text));
    }
  }

  std::vector<ComponentConfig> List(lode_kind kind) {
    std::vector<ComponentConfig> list;
    const Node* node = merged_.Find(KindName(kind));
    if (node == nullptr) {
      return list;
    }
    if (const auto* array = node->As<Node::Array>()) {
      for (const Node& element : *array) {
        list.push_back(components_.Resolve(kind, element));
      }
    } else {
      list.push_back(components_.Resolve(kind, *node));
    }
    return list;
  }

  // A preparation's directory belongs to its oracle.
  void CheckPreparation() {
    if (pipeline_.oracles.size() > 1) {
      diagnostics_.Add(PositionOf("oracle"),
                       "a stage without an [optimizer] can have only one [oracle]");
    }
    for (const ComponentConfig& oracle : pipeline_.oracles) {
      const ComponentDeclaration* declaration = catalog_.Find(LODE_ORACLE, oracle.id);
      if (declaration != nullptr && !declaration->prepares) {
        diagnostics_.Add(oracle.position, "oracle '" + oracle.id +
                                              "' has nothing to prepare, and without an "
                                              "[optimizer] there is nothing else to do");
      }
    }
  }

  void ReadReward() {
    pipeline_.reward = core::ReadReward(merged_, diagnostics_);
    const Node* table = merged_.Find("reward");
    const Node* metric = table != nullptr ? table->Find("metric") : nullptr;
    if (metric != nullptr && metric->As<std::string>() != nullptr) {
      CheckRewardOfDeclaredMetrics();
    }
  }

  // Checks the reward against the metrics that the oracles have with default parameters. The run
  // checks again against the actual ones.
  void CheckRewardOfDeclaredMetrics() {
    std::vector<MetricDeclaration> metrics;
    for (const ComponentConfig& oracle : pipeline_.oracles) {
      const ComponentDeclaration* declaration = catalog_.Find(LODE_ORACLE, oracle.id);
      const bool unknown = declaration == nullptr || declaration->metrics.empty() ||
                           (declaration->capabilities & LODE_CAP_METRICS_VARY) != 0;
      if (unknown) {
        return;
      }
      metrics.insert(metrics.end(), declaration->metrics.begin(), declaration->metrics.end());
    }
    if (!metrics.empty()) {
      CheckReward(pipeline_.reward, metrics, diagnostics_);
    }
  }

  void ReadBudget() {
    const std::size_t mistakes = diagnostics_.size();
    BudgetConfig& budget = pipeline_.budget;
    Read(BudgetTable(), budget);
    PreferCommandLine(budget);
    if (!budget.is_limited()) {
      if (diagnostics_.size() == mistakes) {
        diagnostics_.Add(PositionOf("budget"),
                         "[budget] needs 'steps', 'unique_queries' or 'simulated_seconds'");
      }
      return;
    }
    if (std::ranges::adjacent_find(budget.marks, std::ranges::greater_equal()) !=
        budget.marks.end()) {
      diagnostics_.Add(PositionOf("budget", "marks"), "'marks' must ascend");
    }
    // A search that is shorter than in the file does not reach these points.
    std::erase_if(budget.marks, [&](std::uint64_t mark) { return mark > budget.end(); });
  }

  void ReadConfirm() {
    ConfirmConfig& confirm = pipeline_.confirm;
    Read(ConfirmTable(), confirm);
    const auto limit = pipeline_.budget.evaluation_limit();
    if (confirm.repeats > 0 && limit && confirm.evaluations() >= *limit) {
      diagnostics_.Add(PositionOf("confirm", "repeats"),
                       "[confirm] candidates * repeats is " +
                           std::to_string(confirm.evaluations()) + ", and [budget] has " +
                           std::to_string(*limit) +
                           " evaluations: nothing would be left to search with");
    }
  }

  // A limit given with --set replaces the file's limits of other kinds.
  void PreferCommandLine(BudgetConfig& budget) const {
    const std::pair<const char*, std::optional<std::uint64_t>*> limits[] = {
        {"steps", &budget.steps},
        {"unique_queries", &budget.unique_queries},
        {"simulated_seconds", &budget.simulated_seconds}};
    const bool any = std::ranges::any_of(limits, [&](const auto& limit) {
      return *limit.second && IsFromCommandLine("budget", limit.first);
    });
    for (const auto& [key, limit] : limits) {
      if (any && !IsFromCommandLine("budget", key)) {
        limit->reset();
      }
    }
    if (any && !IsFromCommandLine("budget", "evaluations")) {
      budget.evaluations.reset();  // it belongs to the file's limits
    }
  }

  bool IsFromCommandLine(std::string_view table, std::string_view key) const {
    const Node* node = merged_.Find(table);
    const Node* value = node != nullptr ? node->Find(key) : nullptr;
    return value != nullptr && value->position.line == 0;
  }

  void ReadExecution() {
    ExecutionConfig& execution = pipeline_.execution;
    Read(ExecutionTable(), execution);
    const bool is_limited = execution.timeout_seconds > 0 || execution.memory_limit > 0;
    const Node* table = merged_.Find("execution");
    const bool is_said = table != nullptr && table->Find("isolate") != nullptr;
    if (!is_said && (execution.workers > 1 || is_limited || DeclaresIsolation())) {
      execution.isolate = Isolation::kOracles;
    }
    if (execution.workers > 1 && !execution.isolates_oracles()) {
      diagnostics_.Add(PositionOf("execution", "isolate"),
                       "'workers' are separate processes: with more than one, 'isolate' cannot be "
                       "false");
    }
    if (is_limited && !execution.isolates_oracles()) {
      diagnostics_.Add(PositionOf("execution", "isolate"),
                       "'timeout_seconds' and 'memory_limit' apply to child processes: with them, "
                       "'isolate' cannot be false");
    }
  }

  bool DeclaresIsolation() const {
    return std::ranges::any_of(pipeline_.oracles, [&](const ComponentConfig& oracle) {
      const ComponentDeclaration* declaration = catalog_.Find(LODE_ORACLE, oracle.id);
      return declaration != nullptr && (declaration->capabilities & LODE_CAP_ISOLATE) != 0;
    });
  }

  void ReadPlugins() {
    Read(PluginsTable(), pipeline_);
    for (const fs::path& path : pipeline_.plugins) {
      if (path.native().find('\0') != std::string::npos) {
        diagnostics_.Add(PositionOf("plugins", "paths"),
                         "'paths': a path cannot contain NUL characters");
      }
    }
    pipeline_.plugins = PluginPathsOf(merged_);
  }

  void ReadReferences() {
    const Node* list = merged_.Find("reference");
    if (list == nullptr) {
      return;
    }
    if (list->As<Node::Array>() == nullptr) {
      diagnostics_.Add(list->position, "published figures are a list: write [[reference]]");
      return;
    }
    for (const Node& node : *list->As<Node::Array>()) {
      pipeline_.references.push_back(ReadReference(node));
    }
  }

  ReferenceConfig ReadReference(const Node& node) {
    ReferenceConfig reference;
    ReferenceTable().Read(&node, node.position, reference, diagnostics_, {"where"});
    if (const Node* where = node.Find("where")) {
      if (const auto* table = where->As<Node::Table>()) {
        for (const Entry& entry : *table) {
          reference.where.emplace_back(PrintableLine(entry.key), PointText(entry.node));
        }
      } else {
        diagnostics_.Add(where->position, "'where' must be a table of grid paths and values");
      }
    }
    return reference;
  }

  const Node& merged_;
  const bool prepares_;
  const Catalog& catalog_;
  Diagnostics& diagnostics_;
  ComponentResolver components_;
  Pipeline pipeline_;
};

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
  search.pipeline =
      PipelineResolver(merged, catalog, diagnostics, surroundings.may_prepare).Resolve();
  return search;
}

}  // namespace

std::vector<fs::path> PluginPaths(const Document& document) {
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
  } catch (const ConfigError&) {
    return text;
  }
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
  ComponentConfig config = PipelineResolver(merged, catalog, diagnostics).One(kind);
  diagnostics.ThrowIfAny();
  return config;
}

}  // namespace lode::core
