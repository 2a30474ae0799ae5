#include "core/plugin/index.h"

#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
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
#include "core/plugin/shallow_json.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kCacheFormat = 6;

std::string Environment(const char* name) {
  const char* value = getauxval(AT_SECURE) != 0 ? nullptr : std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<fs::path> PluginsIn(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().string().ends_with(kPluginSuffix)) { files.push_back(entry->path()); }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Returns the result of a scan as it is cached: {"plugin": ...} or {"broken": "reason"}.
json Declare(const fs::path& file) {
  try {
    return Doing(file, [&]() -> json {
      return {{"plugin", ReadDeclaration(file, LoadPlugin(file))}};
    });
  } catch (const DeclarationError& e) {
    return {{"broken", file.string() + ": " + e.what()}};
  } catch (const std::exception& e) { return {{"broken", e.what()}}; }
}

void Limit(__rlimit_resource resource, std::size_t most) {
  rlimit limit{};
  getrlimit(resource, &limit);
  limit.rlim_cur = std::min<rlim_t>(most, limit.rlim_max);
  setrlimit(resource, &limit);
}

// The process that describes one file. The plugin's code runs in it and may do anything. It ends
// without the plugin's exit handlers.
class Scan {
 public:
  Scan(const fs::path& file, const ScanLimits& limits)
      : file_(file),
        limits_(limits),
        child_([&](const Child::Send& send) { Run(send); }, Child::Ending::kQuick) {}

  json Result() {
    std::string text;
    switch (Receive(text)) {
      case Child::Received::kLine:
        return Checked(ParseShallowJson(text));
      case Child::Received::kEnd:
        return Broken(Ending());
      case Child::Received::kTooLong:
        return Broken("its description does not end");
      default:
        return Broken(
            "describing it takes more than " +
            std::to_string(std::chrono::ceil<std::chrono::seconds>(limits_.time).count()) +
            " s; Lode tries again when the file changes");
    }
  }

 private:
  json Broken(const std::string& reason) const {
    return {{"broken", file_.string() + ": " + reason}};
  }

  void Run(const Child::Send& send) const {
    Limit(RLIMIT_CORE, 0);
    Limit(RLIMIT_FSIZE, limits_.printed);
#ifndef LODE_SANITIZED  // a sanitizer needs more memory than any plugin
    Limit(RLIMIT_DATA, limits_.memory);
#endif
    send(FormatJson(Declare(file_)));
  }

  Child::Received Receive(std::string& text) {
    constexpr std::chrono::milliseconds kSilent{5000};
    const auto first = std::min(kSilent, limits_.time);
    Child::Received received = child_.Receive(text, first);
    if (received == Child::Received::kSilence && first < limits_.time) {
      Log(LODE_INFO, file_.string() + ": loading it to describe it takes a long time");
      received = child_.Receive(text, limits_.time - first);
    }
    return received;
  }

  // Checks the result, because a plugin can write into any descriptor, including the one that
  // carries its description.
  json Checked(json found) const {
    try {
      const bool is_plugin = found.is_object() && found.contains("plugin");
      if (is_plugin ? !found.at("plugin").get<PluginDeclaration>().id.empty()
                    : found.at("broken").is_string()) {
        return found;
      }
    } catch (const json::exception&) {}
    return Broken("writes into a descriptor of the program while it is loaded");
  }

  std::string Ending() {
    const int status = child_.Wait();
    const std::string end = Abnormal(status);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) {
      return "prints more than " + std::to_string(limits_.printed) + " bytes while it is loaded";
    }
    return "ended the process while loading (" + (end.empty() ? "exit status 0" : end) + ")";
  }

  const fs::path& file_;
  const ScanLimits& limits_;
  Child child_;
};

// Whether a plugin can be used, and what it declares, also depends on the host's binary contract.
json CacheFormat() { return {kCacheFormat, LODE_ABI_MAJOR, LODE_ABI_MINOR}; }

// Returns a text that changes whenever the file's content may have changed.
std::string Stamp(const fs::path& file) {
  struct stat s {};
  if (stat(file.c_str(), &s) != 0) { return ""; }
  std::ostringstream out;
  out << s.st_dev << '-' << s.st_ino << '-' << s.st_size << '-' << s.st_mtim.tv_sec << '.'
      << s.st_mtim.tv_nsec;
  return out.str();
}

class Cache {
 public:
  Cache(fs::path file, const ScanLimits& limits) : file_(std::move(file)), limits_(limits) {
    std::ifstream in(file_);
    const json all = ParseShallowJson(in);
    if (!all.is_object() || all.value("format", json()) != CacheFormat()) { return; }
    if (const auto files = all.find("files"); files != all.end() && files->is_object()) {
      files_ = *files;
    }
    DropDeletedFiles();
  }

  // The file's declaration, or why it is broken.
  using Found = std::variant<PluginDeclaration, std::string>;

  Found Lookup(const fs::path& file, bool warns) {
    const std::string stamp = Stamp(file);
    try {
      const json& entry = files_.at(file.string());
      if (entry.at("stamp") == stamp) { return FromJson(file, entry.at("found")); }
    } catch (const json::exception&) {  // missing, or not written by us: scan the file
    }
    const json found = Scan(file, limits_).Result();
    files_[file.string()] = {{"stamp", stamp}, {"found", found}};
    changed_ = true;
    Found read = FromJson(file, found);
    if (const auto* reason = std::get_if<std::string>(&read); reason != nullptr && warns) {
      Log(LODE_WARNING, "not usable: " + *reason);
    }
    return read;
  }

  void Write() const {
    if (!changed_ || file_.empty()) { return; }
    WriteCache(file_, FormatJson({{"format", CacheFormat()}, {"files", files_}}));
  }

 private:
  static Found FromJson(const fs::path& file, const json& found) {
    if (const auto plugin = found.find("plugin"); plugin != found.end()) {
      auto declaration = plugin->get<PluginDeclaration>();
      declaration.file = file;
      return declaration;
    }
    return found.at("broken").get<std::string>();
  }

  void DropDeletedFiles() {
    std::vector<std::string> gone;
    for (const auto& [name, entry] : files_.items()) {
      std::error_code error;
      if (!fs::exists(name, error)) { gone.push_back(name); }
    }
    std::ranges::for_each(gone, [this](const std::string& name) { files_.erase(name); });
    changed_ = !gone.empty();
  }

  fs::path file_;
  const ScanLimits& limits_;
  json files_ = json::object();
  bool changed_ = false;
};

}  // namespace

SearchPath MakeSearchPath(const std::vector<fs::path>& named, const std::vector<fs::path>& own) {
  SearchPath path{named, {}, own};
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

PluginIndex::PluginIndex(const SearchPath& path, const fs::path& cache_file,
                         const ScanLimits& limits) {
  Cache cache(cache_file, limits);
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& file, Trust trust, bool must_load) {
    std::error_code error;  // set for a circle of links; the refusal below names the file
    if (!seen.insert(fs::weakly_canonical(file, error)).second && !error) { return; }
    const std::string refusal = RefusalOf(file, trust);
    Cache::Found found =
        refusal.empty() ? cache.Lookup(file, !must_load) : file.string() + ": " + refusal;
    if (auto* plugin = std::get_if<PluginDeclaration>(&found)) {
      plugins_.push_back(std::move(*plugin));
    } else if (std::string& reason = std::get<std::string>(found); must_load) {
      throw HostError(reason);
    } else {
      broken_.push_back({file, reason});
    }
  };
  const auto add_all = [&](const std::vector<fs::path>& paths, Trust trust, bool may_be_files) {
    std::error_code error;
    for (const fs::path& path : paths) {
      if (may_be_files && !fs::is_directory(path, error)) {
        add(fs::absolute(path), trust, true);
      } else {
        std::ranges::for_each(PluginsIn(path), [&](const fs::path& f) { add(f, trust, false); });
      }
    }
  };
  add_all(path.named, Trust::kNamed, true);
  add_all(path.own, Trust::kUsual, true);
  add_all(path.directories, Trust::kUsual, false);
  cache.Write();
}

const ComponentDeclaration* PluginIndex::Find(lode_kind kind, std::string_view id) const {
  for (const PluginDeclaration& plugin : plugins_) {
    for (const ComponentDeclaration& c : plugin.components) {
      if (c.kind == kind && c.id == id) { return &c; }
    }
  }
  return nullptr;
}

const PluginDeclaration* PluginIndex::PluginOf(const ComponentDeclaration& component) const {
  for (const PluginDeclaration& plugin : plugins_) {
    for (const ComponentDeclaration& c : plugin.components) {
      if (&c == &component) { return &plugin; }
    }
  }
  return nullptr;
}

std::vector<std::string> PluginIndex::Ids(lode_kind kind) const {
  std::set<std::string> ids;
  for (const PluginDeclaration& plugin : plugins_) {
    for (const ComponentDeclaration& c : plugin.components) {
      if (c.kind == kind) { ids.insert(c.id); }
    }
  }
  return {ids.begin(), ids.end()};
}

}  // namespace lode::core
