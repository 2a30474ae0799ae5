#include "core/plugin/loader.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "core/plugin/component.h"
#include "core/plugin/component_call.h"
#include "core/plugin/crash.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

std::string AbiVersion(std::uint32_t minor) {
  return std::to_string(LODE_ABI_MAJOR) + "." + std::to_string(minor);
}

boost::dll::shared_library OpenLibrary(const fs::path& file) {
  using boost::dll::load_mode::type;
  // Boost.DLL has no name for RTLD_NODELETE, but it passes unknown bits on to dlopen.
  const auto mode = boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local |
                    static_cast<type>(RTLD_NODELETE);
  try {
    return boost::dll::shared_library(file, mode);
  } catch (const std::exception& e) {
    // The system's reason is inside Boost's own words: "... (dlerror system message: WHY): ...".
    const std::string what = e.what();
    const auto at = what.find("dlerror system message: ");
    std::string reason = at == std::string::npos ? what : what.substr(what.find(": ", at) + 2);
    reason.resize(std::min(reason.rfind("): "), reason.size()));
    throw HostError(file.string() + ": cannot be loaded: " + reason.substr(0, reason.find('\n')));
  }
}

// Returns the table's address after the checks that must precede any use of its fields.
const lode_plugin& EntryOf(const fs::path& file, const boost::dll::shared_library& library) {
  if (!library.has(LODE_ENTRY_SYMBOL)) {
    throw HostError(file.string() +
                    ": exports no " LODE_ENTRY_SYMBOL
                    ": not a Lode plugin, or one for another major version than this host's ABI " +
                    AbiVersion(LODE_ABI_MINOR));
  }
  const auto& plugin = library.get<const lode_plugin>(LODE_ENTRY_SYMBOL);
  if (!LODE_REACHES(&plugin, components)) {
    throw HostError(file.string() + ": its descriptor has " + std::to_string(plugin.struct_size) +
                    " bytes, fewer than ABI 1.0 demands: rebuild it with the SDK's headers");
  }
  if (plugin.abi_minor > LODE_ABI_MINOR) {
    throw HostError(file.string() + ": needs host ABI " + AbiVersion(plugin.abi_minor) +
                    ", this host has " + AbiVersion(LODE_ABI_MINOR) +
                    ": upgrade lode, or rebuild the plugin with -DLODE_TARGET_MINOR=" +
                    std::to_string(LODE_ABI_MINOR));
  }
  return plugin;
}

bool Blank(const char* text) { return text == nullptr || *text == '\0'; }

bool IsFinite(const lode_value& value, lode_type type) {
  const std::span<const double> reals = type == LODE_T_REAL ? std::span(&value.as.r, 1)
                                        : type == LODE_T_REAL_LIST
                                            ? std::span(value.as.reals, value.count)
                                            : std::span<const double>();
  return std::ranges::all_of(reals, [](double real) { return std::isfinite(real); });
}

// Returns what is wrong with a component's parameters and presets, as far as the host relies on
// them, or "".
std::string DeclarationFault(const lode_component& c) {
  if ((c.param_count > 0 && (c.params == nullptr || !LODE_REACHES(c.params, reserved))) ||
      (c.preset_count > 0 && (c.presets == nullptr || !LODE_REACHES(c.presets, settings)))) {
    return "its parameters or presets are missing or too small: rebuild it with the SDK's headers";
  }
  for (std::uint32_t i = 0; i < c.param_count; ++i) {
    const lode_param& p = *LODE_AT(c.params, i);
    if (p.type < LODE_T_BOOL || p.type > LODE_T_STRING_LIST) {
      return "parameter " + std::to_string(i) + " has an unknown type " + std::to_string(p.type);
    }
    const bool chooses = p.choices != nullptr && p.choices[0] != nullptr;
    if (Blank(p.name) || (p.type == LODE_T_CHOICE && !chooses)) {
      return "parameter " + std::to_string(i) + " has no name, or is a choice without choices";
    }
    const bool required = (p.flags & LODE_PARAM_REQUIRED) != 0;
    if (std::isnan(p.min) || std::isnan(p.max) ||
        !(required || IsFinite(p.default_value, p.type))) {
      return "parameter '" + std::string(p.name) +
             "' has a default or a bound that is not a number";
    }
  }
  for (std::uint32_t i = 0; i < c.preset_count; ++i) {
    const lode_preset& p = *LODE_AT(c.presets, i);
    const auto nameless = [](const lode_setting& s) { return Blank(s.param); };
    if (Blank(p.name) || (p.setting_count > 0 && p.settings == nullptr) ||
        std::any_of(p.settings, p.settings + p.setting_count, nameless)) {
      return "preset " + std::to_string(i) + " has no name, or a setting without a parameter";
    }
    const auto infinite = [](const lode_setting& s) { return !IsFinite(s.value, s.value.type); };
    if (std::any_of(p.settings, p.settings + p.setting_count, infinite)) {
      return "preset '" + std::string(p.name) + "' sets a value that is not a finite number";
    }
  }
  return "";
}

void CheckComponent(const fs::path& file, const lode_component* c) {
  const auto fail = [&](const std::string& what) { throw HostError(file.string() + ": " + what); };
  if (c == nullptr || !LODE_REACHES(c, destroy)) {
    fail("a component's descriptor is missing or too small: rebuild it with the SDK's headers");
  }
  if (Blank(c->id) || Blank(c->version) || c->summary == nullptr) {
    fail("a component has no id, version or summary");
  }
  if (KindName(c->kind).empty()) {
    fail("component '" + std::string(c->id) + "' has an unknown kind " + std::to_string(c->kind));
  }
  if (c->api == nullptr || c->create == nullptr || c->destroy == nullptr) {
    fail("component '" + std::string(c->id) + "' has no api, create or destroy");
  }
  const std::string kind(KindName(c->kind));
  if (const std::string fault = DeclarationFault(*c); !fault.empty()) {
    fail(kind + " '" + c->id + "': " + fault);
  }
  if (!HasRequiredFunctions(*c)) {
    fail(kind + " '" + c->id + "' lacks a function that every " + kind + " must have");
  }
}

// Returns all names of a component and its parts.
std::vector<const char*> NamesOf(const lode_component& c) {
  std::vector<const char*> names{c.id, c.version};
  for (std::uint32_t i = 0; i < c.param_count; ++i) {
    const lode_param& p = *LODE_AT(c.params, i);
    names.push_back(p.name);
    for (auto choice = p.choices; choice != nullptr && *choice != nullptr; ++choice) {
      names.push_back(*choice);
    }
  }
  for (std::uint32_t i = 0; i < c.preset_count; ++i) {
    names.push_back(LODE_AT(c.presets, i)->name);
  }
  return names;
}

// Refuses names that display as something else, because names are typed and compared.
void CheckNames(const fs::path& file, const std::vector<const char*>& names) {
  for (const std::string_view name : names) {
    if (!IsPrintableLine(name)) {
      throw HostError(file.string() + ": the name '" + PrintableLine(name) +
                      "' has control characters, or is not UTF-8");
    }
  }
}

void CheckDescriptor(const fs::path& file, const lode_plugin& plugin) {
  if (Blank(plugin.id) || Blank(plugin.version)) {
    throw HostError(file.string() + ": its descriptor has no id or version");
  }
  CheckNames(file, {plugin.id, plugin.version});
  if (plugin.component_count == 0 || plugin.components == nullptr) {
    throw HostError(file.string() + ": it has no components");
  }
  std::set<std::pair<lode_kind, std::string>> seen;
  for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
    const lode_component* c = plugin.components[i];
    CheckComponent(file, c);
    CheckNames(file, NamesOf(*c));
    if (!seen.insert({c->kind, c->id}).second) {
      throw HostError(file.string() + ": it has two components named '" + c->id + "'");
    }
  }
}

// Every library ever loaded. Never destroyed, because no destructor may run before or after the
// plugins' own statics.
struct Loaded {
  std::mutex mutex;
  std::map<fs::path, std::pair<boost::dll::shared_library, const lode_plugin*>> by_file;
};
Loaded& AllLoaded() {
  static auto* const loaded = new Loaded;
  return *loaded;
}

}  // namespace

namespace {

bool BelongsToTrusted(const struct stat& info, Trust trust) {
  const uid_t caller = geteuid();
  struct stat program {};
  const bool has_program = stat("/proc/self/exe", &program) == 0;
  return info.st_uid == 0 || info.st_uid == caller || (caller == 0 && trust == Trust::kNamed) ||
         (has_program && info.st_uid == program.st_uid);
}

std::string ForeignOwner(const struct stat& info, Trust trust) {
  if (BelongsToTrusted(info, trust)) { return ""; }
  return "belongs to user " + std::to_string(info.st_uid) +
         ", neither to root nor to you: refused (" +
         (geteuid() == 0 ? "name it with --plugin if you trust it)" : "copy it if you trust it)");
}

// Anybody who may write to a directory may replace the files in it, unless it is sticky, as /tmp
// is.
std::string RefusalOfDirectories(const fs::path& file, Trust trust) {
  for (fs::path directory = file.parent_path();; directory = directory.parent_path()) {
    struct stat info {};
    if (stat(directory.c_str(), &info) != 0) { return std::strerror(errno); }
    const std::string its = "is in " + directory.string() + ", which ";
    if ((info.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH) {
      return its + "everyone can write: refused (chmod o-w it if you trust what is in it)";
    }
    const std::string owner =
        directory == file.parent_path() ? ForeignOwner(info, trust) : std::string();
    if (!owner.empty()) { return its + owner; }
    if (directory == directory.root_path()) { return ""; }
  }
}

}  // namespace

std::string RefusalOf(const fs::path& file, Trust trust) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) { return std::strerror(errno); }
  if (!S_ISREG(info.st_mode)) { return "is not a file"; }
  if ((info.st_mode & S_IWOTH) != 0) {
    return "can be written by everyone: refused (chmod o-w it if you trust it)";
  }
  if (std::string owner = ForeignOwner(info, trust); !owner.empty()) { return owner; }
  std::error_code error;
  const fs::path canonical = fs::canonical(file, error);
  if (error) { return error.message(); }
  // A link may be in another directory than the file.
  const std::string link = RefusalOfDirectories(fs::absolute(file).lexically_normal(), trust);
  return link.empty() ? RefusalOfDirectories(canonical, trust) : link;
}

const lode_plugin& LoadPlugin(const fs::path& file) {
  if (const std::string refusal = RefusalOf(file, Trust::kNamed); !refusal.empty()) {
    throw HostError(file.string() + ": " + refusal);
  }
  const fs::path canonical = fs::canonical(file);
  Loaded& loaded = AllLoaded();
  const std::lock_guard lock(loaded.mutex);
  if (const auto at = loaded.by_file.find(canonical); at != loaded.by_file.end()) {
    return *at->second.second;
  }
  boost::dll::shared_library library =
      CallComponent("plugin " + file.string(), [&] { return OpenLibrary(canonical); });
  ReclaimCrashHandlers(canonical);
  const lode_plugin& plugin = EntryOf(file, library);
  CheckDescriptor(file, plugin);
  loaded.by_file.emplace(canonical, std::pair{std::move(library), &plugin});
  return plugin;
}

const lode_component& LoadComponent(const Catalog& catalog, lode_kind kind, std::string_view id) {
  const std::string title = std::string(KindName(kind)) + " '" + std::string(id) + "'";
  const ComponentDeclaration* declaration = catalog.Find(kind, id);
  if (declaration == nullptr) { throw HostError("no plugin has the " + title); }
  const fs::path& file = catalog.PluginOf(*declaration)->file;
  const lode_plugin& plugin = LoadPlugin(file);
  for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
    if (plugin.components[i]->kind == kind && plugin.components[i]->id == id) {
      return *plugin.components[i];
    }
  }
  throw HostError(file.string() + ": it no longer has the " + title);
}

}  // namespace lode::core
