#include "core/store/run_directory.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>
#include <tuple>

#include "core/config/resolve.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/store/run_lock.h"
#include "core/store/run_store.h"
#include "core/store/sealed_json.h"
#include "core/store/sealed_toml.h"

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

json VersionsOf(const Search& search, const Catalog& catalog) {
  const Pipeline& pipeline = search.pipeline;
  json components = json::array();
  AddVersion(components, catalog, pipeline.space);
  for (const ComponentConfig& oracle : pipeline.oracles) {
    AddVersion(components, catalog, oracle);
  }
  for (const ComponentConfig& exploration : pipeline.explorations) {
    AddVersion(components, catalog, exploration);
  }
  AddVersion(components, catalog, pipeline.optimizer);
  return {{"lode", LODE_VERSION}, {"components", components}, {"point", search.point}};
}

json ReadVersions(const fs::path& directory) {
  const fs::path file = directory / kVersionsFile;
  return UnsealJson(ReadFile(file), file.string()).object;
}

std::string TitleOf(const json& component) {
  return component.at("kind").get<std::string>() + " '" + component.at("id").get<std::string>() +
         "'";
}

// "was 1.0, is 1.1" of the first version that changed; "" if none did.
std::string ChangedVersion(const json& then, const json& now) {
  const auto differs = [](const json& a, const json& b, const char* key, const std::string& title) {
    return a.at(key) == b.at(key) ? ""
                                  : title + " was " + a.at(key).get<std::string>() + ", is " +
                                        b.at(key).get<std::string>();
  };
  std::string change = differs(then, now, "lode", "lode");
  const json &before = then.at("components"), &after = now.at("components");
  for (std::size_t i = 0; change.empty() && i < std::min(before.size(), after.size()); ++i) {
    const std::string title = TitleOf(after[i]);
    change = differs(before[i], after[i], "version", title);
    if (change.empty()) {
      change = differs(before[i], after[i], "plugin_version", "the plugin of " + title);
    }
    if (change.empty()) {
      change = differs(before[i], after[i], "build", "the build of " + title);
    }
  }
  return change;
}

// Control characters, written as they are or as escapes, all alike: which form a configuration has, and
// what of it is made printable when it is read, depends on the version that wrote it.
std::string WithoutControls(std::string line) {
  constexpr std::size_t kDigits = 4;
  for (std::size_t at = 0; (at = line.find("\\u", at)) != std::string::npos; ++at) {
    std::uint32_t code = 0x20;
    const char* const digits = line.data() + std::min(at + 2, line.size());
    const char* const end = line.data() + std::min(at + 2 + kDigits, line.size());
    if (std::from_chars(digits, end, code, 16).ptr == end && IsControl(code)) {
      line.replace(at, 2 + kDigits, " ");
    }
  }
  return PrintableLine(line);
}

// Every `key = value` of a configuration, with its table before it.
std::vector<std::string> LinesOf(const std::string& toml, bool ignore_budget) {
  std::vector<std::string> lines;
  std::istringstream in(toml);
  std::string table;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("[")) {
      table = line;
    } else if (!line.empty() && line[0] != '#' && table != "[plugins]" &&
               !(ignore_budget && table == "[budget]")) {
      lines.push_back(table + " " + WithoutControls(line));
    }
  }
  return lines;
}

std::string ChangedLine(const std::vector<std::string>& then, const std::vector<std::string>& now) {
  const auto [a, b] = std::ranges::mismatch(then, now);
  if (a == then.end() && b == now.end()) {
    return "";
  }
  return "was " + (a == then.end() ? "nothing" : *a) + ", is " + (b == now.end() ? "nothing" : *b);
}

// A stored configuration as it is read today: parameters that it does not know have their defaults.
std::string AsReadToday(const std::string& stored, std::uint64_t seed, const Catalog& catalog) {
  try {
    return ConfigurationOf(ResolveOne(Document::FromText(stored, kPipelineFile), catalog), seed,
                           catalog);
  } catch (const ConfigError&) {
    return stored;  // its components are others now, which the comparison names
  }
}

void RemoveRun(const fs::path& directory) {
  for (const char* name : {"run.db", "run.db-wal", "run.db-shm", "run.db.partial",
                           "run.db.partial-wal", "run.db.partial-shm", kResultFile, kPolicyFile}) {
    std::error_code not_there;
    fs::remove(directory / name, not_there);
  }
}

bool HoldsRun(const fs::path& directory) {
  return fs::exists(directory / kStoreFile) || fs::exists(directory / kVersionsFile);
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

std::vector<fs::path> FindRuns(const fs::path& directory) {
  std::vector<fs::path> runs;
  if (HoldsRun(directory)) {
    runs.push_back(directory);
  }
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_directory() && HoldsRun(at->path())) {
      runs.push_back(at->path());
    }
  }
  // seed-2 before seed-10
  std::ranges::sort(runs, {}, [](const fs::path& run) {
    const std::string name = run.filename().string();
    return std::tuple(run.parent_path().string(), name.size(), name);
  });
  return runs;
}

void MakeRunDirectory(const fs::path& directory, const Search& search, std::uint64_t seed,
                      const Catalog& catalog) {
  MakeDirectories(directory);
  const RunLock lock(directory);
  RemoveRun(directory);
  DescribeRun(directory, search, seed, catalog);
}

void DescribeRun(const fs::path& directory, const Search& search, std::uint64_t seed,
                 const Catalog& catalog) {
  WriteFile(directory / kPipelineFile, SealToml(ConfigurationOf(search.pipeline, seed, catalog)));
  WriteFile(directory / kVersionsFile, SealJson(VersionsOf(search, catalog)));
}

std::string ChangeOfRun(const fs::path& directory, const Search& search, std::uint64_t seed,
                        const Catalog& catalog, bool ignore_budget) {
  const std::string then = ReadFile(directory / kPipelineFile);
  if (!IsIntactToml(then).value_or(true)) {
    return std::string(kPipelineFile) + " was edited or damaged after it was written";
  }
  const std::string now = ConfigurationOf(search.pipeline, seed, catalog);
  const std::string read = AsReadToday(then, seed, catalog);
  const std::string line = ChangedLine(LinesOf(read, ignore_budget), LinesOf(now, ignore_budget));
  return Doing(directory / kVersionsFile, [&] {
    return line.empty() ? ChangedVersion(ReadVersions(directory), VersionsOf(search, catalog))
                        : line;
  });
}

std::vector<std::pair<std::string, std::string>> PointOfRun(const fs::path& directory) {
  const json versions = ReadVersions(directory);
  try {
    auto point = versions.value("point", std::vector<std::pair<std::string, std::string>>());
    for (auto& [path, value] : point) {
      path = PrintableLine(path);
      value = PrintableLine(value);
    }
    return point;
  } catch (const json::exception&) {
    throw HostError((directory / kVersionsFile).string() +
                    ": its 'point' is not a list of paths and values");
  }
}

fs::path RootOfRun(const fs::path& directory) {
  const fs::path parent = directory.parent_path();
  return PointOfRun(directory).empty() ? parent : parent.parent_path();
}

}  // namespace lode::core
