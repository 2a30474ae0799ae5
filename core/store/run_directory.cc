#include "core/store/run_directory.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <tuple>

#include "core/config/resolve.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/sha256.h"
#include "core/plugin/text.h"
#include "core/store/input_files.h"
#include "core/store/run_lock.h"
#include "core/store/run_store.h"
#include "core/store/sealed_json.h"
#include "core/store/sealed_toml.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The resolved pipeline of a run is that of its search, with only its own seed.
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

json ReadJson(const fs::path& file) { return UnsealJson(ReadFile(file), file.string()).object; }

json ReadVersions(const fs::path& directory) { return ReadJson(directory / kVersionsFile); }

std::string TitleOf(const json& component) {
  return component.at("kind").get<std::string>() + " '" + component.at("id").get<std::string>() +
         "'";
}

// Describes the first version that changed, "lode was 1.0, is 1.1"; "" if none did.
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
    if (change.empty()) { change = differs(before[i], after[i], "build", "the build of " + title); }
  }
  return change;
}

constexpr const char* kResults[] = {"run.db", "run.db-wal", "run.db-shm", kResultFile, kPolicyFile};
constexpr const char* kPartial[] = {"run.db.partial", "run.db.partial-wal", "run.db.partial-shm",
                                    kLiveFile, kPartialLiveFile};

constexpr const char* kDescription[] = {kPipelineFile, kVersionsFile, kInputsFile};

template <class Names>
void Remove(const fs::path& directory, const Names& names) {
  for (const char* name : names) {
    std::error_code not_there;
    fs::remove(directory / name, not_there);
  }
}

// Returns whether this is a replaced stage that is kept beside the new one: "search.1"
// (stage_record.h).
bool IsSetAside(const fs::path& directory) {
  const std::string number = directory.extension().string();
  return number.size() > 1 &&
         std::ranges::all_of(number.substr(1), [](char c) { return c >= '0' && c <= '9'; }) &&
         fs::exists(directory / "stage.json");
}

// Writes a file unless it already holds this text.
void Update(const fs::path& file, const std::string& text) {
  if (!fs::exists(file) || ReadFile(file) != text) { WriteFile(file, text); }
}

bool HoldsRun(const fs::path& directory) {
  return fs::exists(directory / kStoreFile) || fs::exists(directory / kVersionsFile);
}

}  // namespace

namespace {

constexpr std::size_t kLongestName = 255;  // of a file name, in bytes

std::string TextOf(const Search& search) {
  std::string text;
  for (const auto& [path, value] : search.point) {
    text.append(text.empty() ? "" : ",").append(path).append("=").append(value);
  }
  return text;
}

// The name that earlier programs gave to a point's directory.
std::string OldName(const Search& search) {
  std::string name = TextOf(search);
  std::ranges::replace(name, '/', '_');
  return name;
}

// Returns the point's text if that is a valid file name; otherwise its printable part and a hash
// that distinguishes it.
std::string PointName(const Search& search) {
  const std::string text = TextOf(search);
  std::string name = text;
  for (char& c : name) {
    const auto code = static_cast<unsigned char>(c);
    c = c == '/' || code < 0x20 || code == 0x7f ? '_' : c;
  }
  if (name == text && name.size() <= kLongestName) { return name; }
  const std::string mark = "-" + Sha256(text).substr(0, 16);
  std::size_t size = std::min(name.size(), kLongestName - mark.size());
  while (size > 0 && size < name.size() &&
         (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) {
    --size;  // do not split a character
  }
  return name.substr(0, size) + mark;
}

bool HoldsPoint(const fs::path& directory, const Search& search) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    if (fs::exists(entry.path() / kVersionsFile, none)) {
      return PointOfRun(entry.path()) == search.point;
    }
  }
  return false;
}

}  // namespace

fs::path SearchDirectory(const fs::path& root, const Search& search) {
  const std::string name = PointName(search), old = OldName(search);
  const bool keeps_old = name != old && old.size() <= kLongestName &&
                         old.find('\0') == std::string::npos && HoldsPoint(root / old, search);
  return root / (keeps_old ? old : name);
}

fs::path RunDirectory(const fs::path& root, const Search& search, std::uint64_t seed) {
  return SearchDirectory(root, search) / ("seed-" + std::to_string(seed));
}

std::vector<fs::path> FindRuns(const fs::path& directory) {
  std::vector<fs::path> runs;
  if (HoldsRun(directory)) { runs.push_back(directory); }
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_directory() && IsSetAside(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_directory() && HoldsRun(at->path())) {
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

void BeginRun(const fs::path& directory, const Search& search, std::uint64_t seed,
              const Catalog& catalog) {
  Remove(directory, kPartial);  // left by a program that was killed
  DescribeRun(directory, search, seed, catalog);
}

void RemoveRun(const fs::path& directory) {
  if (fs::exists(directory)) {
    const RunLock lock(directory);
    Remove(directory, kResults);
    std::error_code not_there;
    fs::remove_all(directory / kCheckpointsName, not_there);
    fs::remove_all(directory / kTensorBoardName, not_there);
  }
}

void EraseRun(const fs::path& directory, const fs::path& root) {
  RemoveRun(directory);
  Remove(directory, kPartial);
  Remove(directory, kDescription);
  std::error_code not_empty;
  fs::remove(directory / kLockFile, not_empty);
  for (fs::path at = directory; at != root && fs::remove(at, not_empty); at = at.parent_path()) {}
}

bool HasLostItsStore(const fs::path& directory) {
  return !fs::exists(directory / kStoreFile) &&
         std::ranges::any_of(kResults,
                             [&](const char* name) { return fs::exists(directory / name); });
}

void DescribeRun(const fs::path& directory, const Search& search, std::uint64_t seed,
                 const Catalog& catalog) {
  Update(directory / kPipelineFile, SealToml(ConfigurationOf(search.pipeline, seed, catalog)));
  Update(directory / kVersionsFile, SealJson(VersionsOf(search, catalog)));
  json inputs = InputsOf(search.pipeline, catalog);
  inputs.update(EarlierInputsOf(search, seed));
  Update(directory / kInputsFile, SealJson(inputs));
}

ConfigurationChange ChangeOfRun(const fs::path& directory, const Search& search, std::uint64_t seed,
                                const Catalog& catalog, const json& inputs, bool ignore_budget) {
  const std::string now = ConfigurationOf(search.pipeline, seed, catalog);
  std::string then = ReadFile(directory / kPipelineFile);
  if (!IsIntactToml(then).value_or(true)) {
    return {std::string(kPipelineFile) + " was edited or damaged after it was written"};
  }
  then = then == SealToml(now) ? now : FormatAnew(then, {}, catalog);
  ConfigurationChange change = CompareConfigurations(then, now, ignore_budget);
  if (change.trials.empty()) {
    change.trials = Doing(directory / kVersionsFile, [&] {
      return ChangedVersion(ReadVersions(directory), VersionsOf(search, catalog));
    });
  }
  if (change.trials.empty() && fs::exists(directory / kInputsFile)) {
    change.trials = ChangedInputs(
        ReadSealedJson(ReadFile(directory / kInputsFile), (directory / kInputsFile).string()),
        inputs);
  }
  return change;
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
