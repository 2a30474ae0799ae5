// lode describe: explains a component with its parameters, presets and metrics, from its
// declaration. Also generates the reference pages and the schema from declarations.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/cli/command.h"
#include "core/cli/output_file.h"
#include "core/cli/terminal.h"
#include "core/config/host_tables.h"
#include "core/config/pipeline_schema.h"
#include "core/plugin/declaration_json.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/loader.h"
#include "core/plugin/text.h"
#include "core/report/description.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;
using core::ComponentDeclaration;
using core::PluginDeclaration;
using core::PluginIndex;

constexpr lode_kind kKinds[] = {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER};
constexpr char kPipeline[] = "pipeline";

enum class Form { kText, kJson, kMarkdown };

bool IsPluginFile(const std::string& subject) { return subject.ends_with(core::kPluginSuffix); }

std::vector<const ComponentDeclaration*> FindAll(const PluginIndex& index, const std::string& id) {
  std::vector<const ComponentDeclaration*> found;
  std::vector<std::string> all;
  for (const core::HostTable& table : core::HostTables()) {
    if (!table.name.empty()) { all.push_back(table.name); }
  }
  for (const lode_kind kind : kKinds) {
    const auto ids = index.Ids(kind);
    if (const auto* c = index.Find(kind, core::MeantName(id, ids))) { found.push_back(c); }
    all.insert(all.end(), ids.begin(), ids.end());
  }
  if (found.empty()) {
    const std::string nearest = core::NearestName(id, all);
    throw core::HostError(
        "no component is called '" + id + "'" +
        (nearest.empty() ? " (lode plugins lists them)" : "; did you mean '" + nearest + "'?"));
  }
  return found;
}

const PluginDeclaration& FindPlugin(const PluginIndex& index, const fs::path& file) {
  const auto found = std::ranges::find_if(index.plugins(), [&](const PluginDeclaration& plugin) {
    return fs::equivalent(plugin.file, file);
  });
  if (found == index.plugins().end()) {
    throw core::HostError(file.string() + ": not a plugin file");
  }
  return *found;
}

// Finds a table of pipelines, unless a component has the same name.
const core::HostTable* FindTable(const PluginIndex& index, const std::string& name) {
  const bool is_component = std::ranges::any_of(
      kKinds, [&](lode_kind kind) { return !core::MeantName(name, index.Ids(kind)).empty(); });
  const auto& tables = core::HostTables();
  const auto table = std::ranges::find(tables, core::WithoutCase(name), &core::HostTable::name);
  return is_component || name.empty() || table == tables.end() ? nullptr : &*table;
}

// Prints one subject after another.
class Printer {
 public:
  Printer(const PluginIndex& index, Form form) : index_(index), form_(form) {}

  void Add(const std::string& subject) {
    if (core::WithoutCase(subject) == kPipeline) {
      AddPipeline();
    } else if (IsPluginFile(subject)) {
      AddPlugin(FindPlugin(index_, subject));
    } else if (const core::HostTable* table = FindTable(index_, subject)) {
      AddTable(*table);
    } else {
      for (const ComponentDeclaration* c : FindAll(index_, subject)) {
        AddComponent(*c, *index_.PluginOf(*c));
      }
    }
  }

  void Print() const {
    if (form_ == Form::kJson) {
      std::printf("%s\n", core::FormatJson(json_, 2).c_str());
    } else if (form_ == Form::kText) {
      PrintWrapped(text_);
    } else {
      std::printf("%s", text_.c_str());
    }
  }

 private:
  void AddText(const std::string& text) { text_ += (text_.empty() ? "" : "\n") + text; }

  void AddTable(const core::HostTable& table) {
    if (form_ == Form::kJson) {
      json_.push_back({{"name", table.name},
                       {"doc", table.doc},
                       {"list", table.list},
                       {"params", table.params}});
    } else {
      AddText(core::TableText(table));
    }
  }

  void AddPipeline() {
    if (form_ == Form::kJson) {
      std::ranges::for_each(core::HostTables(), [this](const auto& table) { AddTable(table); });
    } else {
      AddText(form_ == Form::kText ? core::PipelineText() : core::PipelineMarkdown());
    }
  }

  void AddPlugin(const PluginDeclaration& plugin) {
    if (form_ == Form::kMarkdown) {
      AddText(core::PluginMarkdown(plugin));
      return;
    }
    for (const ComponentDeclaration& c : plugin.components) { AddComponent(c, plugin); }
  }

  void AddComponent(const ComponentDeclaration& c, const PluginDeclaration& plugin) {
    if (form_ == Form::kJson) {
      json_.push_back(c);
    } else {
      AddText(form_ == Form::kText ? core::ComponentText(c, plugin) : core::ComponentMarkdown(c));
    }
  }

  const PluginIndex& index_;
  Form form_;
  std::string text_;
  nlohmann::json json_ = nlohmann::json::array();
};

int Describe(const std::vector<std::string>& subjects, Form form, const GlobalOptions& global) {
  std::vector<fs::path> named = global.plugins;
  std::ranges::copy_if(subjects, std::back_inserter(named), IsPluginFile);
  const PluginIndex index(core::MakeSearchPath(named), core::IndexCacheFile());
  Printer printer(index, form);
  for (const std::string& subject : subjects) { printer.Add(subject); }
  printer.Print();
  return kDone;
}

int PrintSchema(const GlobalOptions& global) {
  const PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
  std::printf("%s\n", core::FormatJson(core::PipelineSchema(index), 2).c_str());
  return kDone;
}

}  // namespace

void AddDescribe(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "describe", "Explain components and their parameters, or the pipeline's own tables");
  auto subjects = std::make_shared<std::vector<std::string>>();
  auto* what =
      command->add_option("COMPONENT", *subjects,
                          "A component's id; a plugin file, for all of its components; or pipeline "
                          "or one of its tables, such as execution or reward.limits");
  auto* json = command->add_flag("--json")->description("Print the declaration as JSON");
  auto* markdown =
      command->add_flag("--markdown")->description("Print a reference page")->excludes(json);
  auto* schema = command->add_flag("--schema")
                     ->description("Print a JSON Schema of pipelines, for editors")
                     ->excludes(json)
                     ->excludes(markdown)
                     ->excludes(what);
  AddOutput(*command);
  command->callback([&global, &action, subjects, json, markdown, schema] {
    if (schema->count() > 0) {
      action = [&global] { return PrintSchema(global); };
      return;
    }
    if (subjects->empty()) { throw CLI::RequiredError("COMPONENT"); }
    const Form form = json->count() > 0       ? Form::kJson
                      : markdown->count() > 0 ? Form::kMarkdown
                                              : Form::kText;
    action = [&global, subjects, form] { return Describe(*subjects, form, global); };
  });
}

}  // namespace lode::cli
