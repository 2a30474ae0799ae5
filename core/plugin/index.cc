#include "core/plugin/index.h"

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>
#include <variant>

#include "core/plugin/child.h"
#include "core/plugin/declaration_json.h"
#include "core/plugin/doing.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/installation.h"
#include "core/plugin/loader.h"
#include "core/plugin/log.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kCacheFormat = 3;
constexpr std::chrono::seconds kScanTime{60};

std::string Environment(const char* name) {
  const char* value = getauxval(AT_SECURE) != 0 ? nullptr : std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<fs::path> PluginsIn(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().string().ends_with(kPluginSuffix)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What a scan found, as it is cached: {"plugin": ...} or {"broken": "reason"}.
json Declare(const fs::path& file) {
  try {
    return Doing(file, [&]() -> json {
      return {{"plugin", ReadDeclaration(file, LoadPlugin(file))}};
    });
  } catch (const std::exception& e) {
    return {{"broken", e.what()}};
  }
}

json Scan(const fs::path& file) {
  Child child(
      [&](const Child::Send& send) {
        send(Declare(file).dump(-1, ' ', false, json::error_handler_t::replace));
      },
      Child::Ending::kQuick);  // the plugin's exit handlers are not ours to run
  std::string text;
  if (child.Receive(text, kScanTime) == Child::Received::kSilence) {
    return {{"broken", file.string() + ": loading it takes more than " +
                           std::to_string(kScanTime.count()) + " s"}};
  }
  json found = json::parse(text, nullptr, false);
  if (!found.is_discarded()) {
    return found;
  }
  const std::string end = Abnormal(child.Wait());
  return {{"broken", file.string() + ": ended the process while loading (" +
                         (end.empty() ? "exit status 0" : end) + ")"}};
}

// Changes whenever the file's content may have.
std::string Stamp(const fs::path& file) {
  struct stat s {};
  if (stat(file.c_str(), &s) != 0) {
    return "";
  }
  std::ostringstream out;
  out << s.st_dev << '-' << s.st_ino << '-' << s.st_size << '-' << s.st_mtim.tv_sec << '.'
      << s.st_mtim.tv_nsec;
  return out.str();
}

class Cache {
 public:
  explicit Cache(fs::path file) : file_(std::move(file)) {
    std::ifstream in(file_);
    const json all = json::parse(in, nullptr, false);
    if (!all.is_object() || all.value("format", 0) != kCacheFormat) {
      return;
    }
    if (const auto files = all.find("files"); files != all.end() && files->is_object()) {
      files_ = *files;
    }
  }

  // What the file declares, or why it is broken.
  using Found = std::variant<PluginDeclaration, std::string>;

  Found Lookup(const fs::path& file) {
    const std::string stamp = Stamp(file);
    try {
      const json& entry = files_.at(file.string());
      if (entry.at("stamp") == stamp) {
        return FromJson(entry.at("found"));
      }
    } catch (const json::exception&) {  // not there, or not what we wrote: scan it
    }
    const json found = Scan(file);
    files_[file.string()] = {{"stamp", stamp}, {"found", found}};
    changed_ = true;
    return FromJson(found);
  }

  void Write() const {
    if (!changed_ || file_.empty()) {
      return;
    }
    try {
      MakeDirectories(file_.parent_path());
      const fs::path own = file_.string() + "." + std::to_string(getpid());
      WriteFile(own, json{{"format", kCacheFormat}, {"files", files_}}.dump());
      Publish(own, file_);
    } catch (const HostError& e) {
      Log(LODE_DEBUG, std::string("the plugin index cannot be kept: ") + e.what());
    }
  }

 private:
  static Found FromJson(const json& found) {
    if (const auto plugin = found.find("plugin"); plugin != found.end()) {
      return plugin->get<PluginDeclaration>();
    }
    return found.at("broken").get<std::string>();
  }

  fs::path file_;
  json files_ = json::object();
  bool changed_ = false;
};

}  // namespace

SearchPath MakeSearchPath(const std::vector<fs::path>& named, const std::vector<fs::path>& own) {
  SearchPath path{named, {}};
  path.named.insert(path.named.end(), own.begin(), own.end());
  std::istringstream list(Environment("LODE_PLUGIN_PATH"));
  for (std::string entry; std::getline(list, entry, ':');) {
    if (fs::path(entry).is_absolute()) {
      path.directories.emplace_back(entry);
    } else if (!entry.empty()) {
      Log(LODE_WARNING,
          "LODE_PLUGIN_PATH: '" + entry + "' is not an absolute path and is not searched");
    }
  }
  path.directories.push_back(InstalledPath("lib/lode/plugins"));
  return path;
}

fs::path IndexCacheFile() {
  if (const std::string cache = Environment("XDG_CACHE_HOME"); !cache.empty()) {
    return fs::path(cache) / "lode/plugins.json";
  }
  const std::string home = Environment("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".cache/lode/plugins.json";
}

PluginIndex::PluginIndex(const SearchPath& path, const fs::path& cache_file) {
  Cache cache(cache_file);
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& file, bool named) {
    if (!seen.insert(fs::weakly_canonical(file)).second) {
      return;
    }
    const std::string refusal = RefusalOf(file);
    Cache::Found found = refusal.empty() ? cache.Lookup(file) : file.string() + ": " + refusal;
    if (auto* plugin = std::get_if<PluginDeclaration>(&found)) {
      plugins_.push_back(std::move(*plugin));
    } else if (std::string& reason = std::get<std::string>(found); named) {
      throw HostError(reason);
    } else {
      broken_.push_back({file, reason});
    }
  };
  for (const fs::path& file : path.named) {
    if (fs::is_directory(file)) {
      std::ranges::for_each(PluginsIn(file), [&](const fs::path& f) { add(f, false); });
    } else {
      add(fs::absolute(file), true);
    }
  }
  for (const fs::path& directory : path.directories) {
    std::ranges::for_each(PluginsIn(directory), [&](const fs::path& f) { add(f, false); });
  }
  cache.Write();
}

const ComponentDeclaration* PluginIndex::Find(lode_kind kind, std::string_view id) const {
  for (const PluginDeclaration& plugin : plugins_) {
    for (const ComponentDeclaration& c : plugin.components) {
      if (c.kind == kind && c.id == id) {
        return &c;
      }
    }
  }
  return nullptr;
}

const PluginDeclaration* PluginIndex::PluginOf(const ComponentDeclaration& component) const {
  for (const PluginDeclaration& plugin : plugins_) {
    for (const ComponentDeclaration& c : plugin.components) {
      if (&c == &component) {
        return &plugin;
      }
    }
  }
  return nullptr;
}

std::vector<std::string> PluginIndex::Ids(lode_kind kind) const {
  std::set<std::string> ids;
  for (const PluginDeclaration& plugin : plugins_) {
    for (const ComponentDeclaration& c : plugin.components) {
      if (c.kind == kind) {
        ids.insert(c.id);
      }
    }
  }
  return {ids.begin(), ids.end()};
}

}  // namespace lode::core
