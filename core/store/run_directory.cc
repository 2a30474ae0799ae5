#include "core/store/run_directory.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/config/resolve.h"
#include "core/plugin/error.h"
#include "core/store/run_store.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The resolved configuration of one run is that of its search with its own seed.
std::string ConfigurationOf(Pipeline pipeline, std::uint64_t seed, const Catalog& catalog) {
  pipeline.seeds = {seed};
  return FormatPipeline(pipeline, catalog);
}

void AddVersion(json& components, const Catalog& catalog, const ComponentConfig& config) {
  const ComponentDeclaration* c = catalog.Find(config.kind, config.id);
  const PluginDeclaration* plugin = catalog.PluginOf(*c);
  components.push_back({{"kind", KindName(config.kind)},
                        {"id", c->id},
                        {"version", c->version},
                        {"plugin", plugin->id},
                        {"plugin_version", plugin->version},
                        {"build", plugin->build},
                        {"file", plugin->file.string()}});
}

std::string VersionsOf(const Pipeline& pipeline, const Catalog& catalog) {
  json components = json::array();
  AddVersion(components, catalog, pipeline.space);
  for (const ComponentConfig& oracle : pipeline.oracles) {
    AddVersion(components, catalog, oracle);
  }
  for (const ComponentConfig& exploration : pipeline.explorations) {
    AddVersion(components, catalog, exploration);
  }
  AddVersion(components, catalog, pipeline.optimizer);
  return json{{"lode", LODE_VERSION}, {"components", components}}.dump(2) + "\n";
}

void RemoveRun(const fs::path& directory) {
  for (const char* name : {"run.db", "run.db-wal", "run.db-shm", "result.json", kPolicyFile}) {
    std::error_code not_there;
    fs::remove(directory / name, not_there);
  }
}

}  // namespace

fs::path RunDirectoryName(const Search& search, std::uint64_t seed) {
  std::string point;
  for (const auto& [path, value] : search.point) {
    point.append(point.empty() ? "" : ",").append(path).append("=").append(value);
  }
  for (char& c : point) {
    if (c == '/') {
      c = '_';
    }
  }
  return fs::path(point) / ("seed-" + std::to_string(seed));
}

bool HoldsRun(const fs::path& directory) { return fs::exists(directory / kStoreFile); }

void MakeRunDirectory(const fs::path& directory, const Search& search, std::uint64_t seed,
                      const Catalog& catalog) {
  RemoveRun(directory);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    throw HostError(directory.string() + ": cannot be made: " + error.message());
  }
  WriteFile(directory / "pipeline.toml", ConfigurationOf(search.pipeline, seed, catalog));
  WriteFile(directory / "versions.json", VersionsOf(search.pipeline, catalog));
}

void WriteFile(const fs::path& file, const std::string& text) {
  const fs::path partial = file.string() + ".partial";
  std::ofstream out(partial, std::ios::binary);
  out << text;
  out.close();
  if (!out) {
    const int reason = errno;
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw HostError(file.string() + ": cannot be written: " + std::strerror(reason));
  }
  fs::rename(partial, file);
}

}  // namespace lode::core
