// lode plugins: lists plugins and their components.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/cli/command.h"
#include "core/cli/output_file.h"
#include "core/cli/terminal.h"
#include "core/plugin/declaration_json.h"
#include "core/plugin/index.h"
#include "core/plugin/text.h"
#include "core/report/text_table.h"

namespace lode::cli {
namespace {

using core::ComponentDeclaration;
using core::PluginDeclaration;
using core::TextTable;

int PrintJson(const core::PluginIndex& index) {
  nlohmann::json out{{"plugins", index.plugins()}, {"broken", nlohmann::json::array()}};
  for (const auto& broken : index.broken()) {
    out["broken"].push_back({{"file", broken.file.string()}, {"reason", broken.reason}});
  }
  std::printf("%s\n", core::FormatJson(out, 2).c_str());
  return kDone;
}

int PrintTable(const core::PluginIndex& index) {
  using Align = TextTable::Align;
  TextTable table({{"kind", Align::kLeft},
                   {"component", Align::kLeft},
                   {"version", Align::kLeft},
                   {"summary", Align::kLeft},
                   {"plugin", Align::kLeft}});
  for (lode_kind kind = LODE_SPACE; kind <= LODE_OPTIMIZER; ++kind) {
    for (const PluginDeclaration& plugin : index.plugins()) {
      for (const ComponentDeclaration& c : plugin.components) {
        if (c.kind != kind) { continue; }
        const bool shadowed = index.Find(kind, c.id) != &c;
        const std::string note = shadowed ? " (hidden by another plugin's)" : "";
        table.AddRow(
            {std::string(core::KindName(kind)), c.id, c.version, c.summary + note, plugin.id});
      }
    }
  }
  std::printf("%s", table.Format(OutputWidth()).c_str());
  for (const auto& broken : index.broken()) { PrintWrapped("not usable: " + broken.reason + "\n"); }
  return kDone;
}

}  // namespace

void AddPlugins(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("plugins", "List the plugins and their components");
  auto* json = command->add_flag("--json")->description("Print everything they declare as JSON");
  AddOutput(*command);
  command->callback([&global, &action, json] {
    action = [&global, json] {
      const core::PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
      return *json ? PrintJson(index) : PrintTable(index);
    };
  });
}

}  // namespace lode::cli
