#include "core/store/stage_record.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <system_error>

#include "core/config/artifacts.h"
#include "core/config/resolve.h"
#include "core/config/values.h"
#include "core/plugin/error.h"
#include "core/plugin/hash.h"
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
    for (const ComponentConfig& config : *list) {
      AddInputVersion(versions, catalog, config);
    }
  }
  AddInputVersion(versions, catalog, pipeline.optimizer);
  return versions;
}

// Where plugins are found makes no difference.
json ConfigurationOf(const Search& search, const Catalog& catalog) {
  Pipeline pipeline = search.pipeline;
  pipeline.plugins.clear();
  return {{"point", search.point},
          {"pipeline", FormatPipeline(pipeline, catalog)},
          {"versions", VersionsOf(pipeline, catalog)}};
}

// What there is in its place: "; there is a, b".
std::string Neighbours(const fs::path& file, const fs::path& stage) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(stage, error)) {
    if (entry.is_regular_file()) {
      names.push_back(entry.path().filename().string());
    }
  }
  return Suggest(file.string(), names);
}

// Where a path is; an artifact must be there.
fs::path Locate(const std::string& path, const fs::path& root) {
  if (!IsArtifact(path)) {
    return path;
  }
  const Artifact artifact = ParseArtifact(path);
  fs::path file = root / artifact.stage / artifact.file;
  if (!fs::is_regular_file(file)) {
    throw HostError(path + ": stage '" + artifact.stage + "' has left no such file" +
                    Neighbours(artifact.file, root / artifact.stage));
  }
  return file;
}

json Fingerprint(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::uint64_t size = 0, hash = HashText("");
  std::array<char, 65536> buffer;
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    const auto got = static_cast<std::size_t>(in.gcount());
    hash = HashText({buffer.data(), got}, hash);
    size += got;
  }
  char hex[20];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash));
  return {{"bytes", size}, {"hash", hex}};
}

}  // namespace

StageRecord RecordOf(const Stage& stage, const Catalog& catalog, const fs::path& root) {
  StageRecord record{false, json::array(), json::object(), json()};
  for (const Search& search : stage.searches) {
    record.configuration.push_back(ConfigurationOf(search, catalog));
    for (const std::string& path : InputFilesOf(search.pipeline, catalog)) {
      const fs::path file = Locate(path, root);
      if (!record.inputs.contains(path)) {
        record.inputs[path] = Fingerprint(file);
      }
    }
  }
  return record;
}

std::optional<StageRecord> ReadStageRecord(const fs::path& directory) {
  const fs::path file = directory / kStageFile;
  if (!fs::exists(file)) {
    return std::nullopt;
  }
  const json j = ReadSealedJson(ReadFile(file), file.string());
  if (!j.contains("configuration") || !j.contains("inputs") || !j.contains("finished") ||
      !j.at("finished").is_boolean()) {
    return std::nullopt;
  }
  return StageRecord{j.at("finished"), j.at("configuration"), j.at("inputs"),
                     j.value("outputs", json())};
}

void AddOutput(StageRecord& record, const fs::path& directory, const std::string& name) {
  record.outputs[name] = Fingerprint(directory / name);
}

std::vector<std::string> ChangedOutputs(const StageRecord& record, const fs::path& directory) {
  std::vector<std::string> changed;
  for (const auto& [name, fingerprint] : record.outputs.items()) {
    if (Fingerprint(directory / name) != fingerprint) {
      changed.push_back(name);
    }
  }
  return changed;
}

void WriteStageRecord(const fs::path& directory, const StageRecord& record) {
  const json j{{"lode", LODE_VERSION},
               {"finished", record.finished},
               {"configuration", record.configuration},
               {"inputs", record.inputs},
               {"outputs", record.outputs}};
  WriteFile(directory / kStageFile, SealJson(j));
}

}  // namespace lode::core
