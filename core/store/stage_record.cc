#include "core/store/stage_record.h"

#include <algorithm>
#include <string>

#include "core/config/resolve.h"
#include "core/store/input_files.h"
#include "core/store/run_directory.h"
#include "core/store/sealed_json.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void AddInputVersion(json& versions, const Catalog& catalog, const ComponentConfig& config) {
  const ComponentDeclaration* c = catalog.Find(config.kind, config.id);
  if (c != nullptr) {  // a preparation has no optimizer
    versions.push_back({{"kind", KindName(config.kind)},
                        {"id", c->id},
                        {"version", c->version},
                        {"plugin_version", catalog.PluginOf(*c)->version}});
  }
}

json VersionsOf(const Pipeline& pipeline, const Catalog& catalog) {
  json versions = json::array();
  AddInputVersion(versions, catalog, pipeline.space);
  for (const auto* list : {&pipeline.oracles, &pipeline.explorations}) {
    for (const ComponentConfig& config : *list) { AddInputVersion(versions, catalog, config); }
  }
  AddInputVersion(versions, catalog, pipeline.optimizer);
  return versions;
}

// The folders of plugins make no difference.
json ConfigurationOf(const Search& search, const Catalog& catalog) {
  Pipeline pipeline = search.pipeline;
  pipeline.plugins.clear();
  return {{"point", search.point},
          {"pipeline", FormatPipeline(pipeline, catalog)},
          {"versions", VersionsOf(pipeline, catalog)}};
}

const json* FindPoint(const json& configuration, const json& point) {
  const auto at = std::ranges::find_if(
      configuration, [&](const json& search) { return search.at("point") == point; });
  return at != configuration.end() ? &*at : nullptr;
}

// Describes the first version that changed, "optimizer 'rea' was 1.0.0, is 1.1.0"; "" if none did.
std::string VersionChange(const json& then, const json& now) {
  for (std::size_t i = 0; i < std::min(then.size(), now.size()); ++i) {
    for (const char* key : {"version", "plugin_version"}) {
      if (then[i].at(key) != now[i].at(key)) {
        return now[i].at("kind").get<std::string>() + " '" + now[i].at("id").get<std::string>() +
               "' was " + then[i].at(key).get<std::string>() + ", is " +
               now[i].at(key).get<std::string>();
      }
    }
  }
  return "";
}

ConfigurationChange ChangeOfSearch(const json& then, const json& now,
                                   const std::vector<std::string>& stages, const Catalog& catalog) {
  const std::string before = then.at("pipeline"), after = now.at("pipeline");
  ConfigurationChange change = CompareConfigurations(
      before == after ? before : FormatAnew(before, stages, catalog), after, false);
  if (change.trials.empty()) {
    change.trials = VersionChange(then.at("versions"), now.at("versions"));
  }
  return change;
}

}  // namespace

StageRecord RecordOf(const Stage& stage, const Catalog& catalog) {
  StageRecord record{false, json::array(), json::object(), json()};
  for (const Search& search : stage.searches) {
    record.configuration.push_back(ConfigurationOf(search, catalog));
  }
  return record;
}

json InputsOf(const Stage& stage, const Catalog& catalog, const fs::path& root) {
  json inputs = json::object();
  for (const Search& search : stage.searches) {
    inputs.update(InputsOf(search.pipeline, catalog, root));
    for (const std::uint64_t seed : search.pipeline.seeds) {
      inputs.update(EarlierInputsOf(search, seed, root));
    }
  }
  return inputs;
}

ConfigurationChange ChangeOfStage(const StageRecord& then, const StageRecord& now,
                                  const std::vector<std::string>& stages, const Catalog& catalog) {
  ConfigurationChange all;
  for (const json& search : now.configuration) {
    const json* before = FindPoint(then.configuration, search.at("point"));
    if (before != nullptr) {
      const ConfigurationChange change = ChangeOfSearch(*before, search, stages, catalog);
      all.trials = all.trials.empty() ? change.trials : all.trials;
      all.tables = all.tables || change.tables;
    }
  }
  return all;
}

void AddOthers(StageRecord& now, const StageRecord& then) {
  for (const json& search : then.configuration) {
    if (FindPoint(now.configuration, search.at("point")) == nullptr) {
      now.configuration.push_back(search);
    }
  }
  for (const auto& [path, print] : then.inputs.items()) {
    if (!now.inputs.contains(path)) { now.inputs[path] = print; }
  }
}

std::optional<StageRecord> ReadStageRecord(const fs::path& directory) {
  const fs::path file = directory / kStageFile;
  if (!fs::exists(file)) { return std::nullopt; }
  const json j = ReadSealedJson(ReadFile(file), file.string());
  if (!j.contains("configuration") || !j.contains("inputs") || !j.contains("finished") ||
      !j.at("finished").is_boolean()) {
    return std::nullopt;
  }
  const json& searches = j["configuration"];
  const bool are_searches = searches.is_array() && std::ranges::all_of(searches, [](const json& s) {
                              return s.is_object() && s.contains("point") &&
                                     s.contains("pipeline") && s["pipeline"].is_string() &&
                                     s.contains("versions");
                            });
  if (!are_searches || !j["inputs"].is_object()) { return std::nullopt; }
  return StageRecord{j.at("finished"), searches, j.at("inputs"), j.value("outputs", json()),
                     j.value("left_out", std::string())};
}

void AddOutput(StageRecord& record, const fs::path& directory, const std::string& name) {
  record.outputs[name] = FingerprintOf(directory / name);
}

std::vector<std::string> ChangedOutputs(const StageRecord& record, const fs::path& directory) {
  std::vector<std::string> changed;
  for (const auto& [name, fingerprint] : record.outputs.items()) {
    if (!IsAsBefore(directory / name, fingerprint)) { changed.push_back(name); }
  }
  return changed;
}

void WriteStageRecord(const fs::path& directory, const StageRecord& record) {
  json j{{"lode", LODE_VERSION},
         {"finished", record.finished},
         {"configuration", record.configuration},
         {"inputs", record.inputs},
         {"outputs", record.outputs}};
  if (!record.left_out.empty()) { j["left_out"] = record.left_out; }
  WriteFile(directory / kStageFile, SealJson(j));
}

fs::path SetAside(const fs::path& directory) {
  fs::path aside;
  for (int n = 1; aside.empty() || fs::exists(aside); ++n) {
    aside = directory.string() + "." + std::to_string(n);
  }
  Publish(directory, aside);
  return aside;
}

}  // namespace lode::core
