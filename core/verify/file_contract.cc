#include "core/verify/file_contract.h"

#include <algorithm>
#include <string>

#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/verify/component_contract.h"
#include "core/verify/symbols.h"

namespace lode::verify {
namespace {

// Recognizes LibTorch's symbols by their mangled namespaces: at, c10, caffe2, torch.
bool IsTorch(const std::string& symbol) {
  return std::ranges::any_of(
      std::initializer_list<const char*>{"N2at", "N3c10", "N6caffe2", "N5torch"},
      [&](const char* name) { return symbol.find(name) != std::string::npos; });
}

void CheckExports(const Symbols& symbols, Findings& findings) {
  for (const std::string& name : symbols.exported) {
    findings.Require(name == LODE_ENTRY_SYMBOL, "plugin.symbols", "exports " + name);
  }
}

void CheckTorch(const Symbols& symbols, const lode_plugin& plugin, Findings& findings) {
  const auto needed = std::ranges::find_if(symbols.needed, IsTorch);
  const bool needs = needed != symbols.needed.end();
  findings.Require(needs == UsesTorch(plugin), "plugin.torch",
                   needs ? "needs " + *needed + ", but no component has LODE_CAP_USES_TORCH"
                         : "a component has LODE_CAP_USES_TORCH, but the file does not need it");
}

void CheckDescriptor(const lode_plugin& plugin, Findings& findings) {
  const auto require = [&](bool holds, const char* seen) {
    findings.Require(holds, "plugin.descriptor", seen);
  };
  require(IsId(plugin.id), "the id is not [a-z][a-z0-9_]* with dots between parts");
  require(IsVersion(plugin.version), "the version is not three numbers");
  require(plugin.licence != nullptr && *plugin.licence != '\0', "there is no license");
  require(plugin.build != nullptr && *plugin.build != '\0', "there is no build");
}

}  // namespace

bool UsesTorch(const lode_plugin& plugin) {
  return std::any_of(
      plugin.components, plugin.components + plugin.component_count,
      [](const lode_component* c) { return (c->capabilities & LODE_CAP_USES_TORCH) != 0; });
}

const lode_plugin* CheckFile(const std::filesystem::path& file, Findings& findings) {
  const auto doing = findings.Do("loading it");
  try {
    const lode_plugin& plugin = core::LoadPlugin(file);
    const Symbols symbols = ReadSymbols(file);
    CheckExports(symbols, findings);
    CheckTorch(symbols, plugin, findings);
    CheckDescriptor(plugin, findings);
    return &plugin;
  } catch (const core::HostError& e) {
    findings.Add("plugin.load", e.what());
    return nullptr;
  }
}

}  // namespace lode::verify
