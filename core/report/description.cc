#include "core/report/description.h"

#include <cctype>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/config/host_tables.h"
#include "core/report/markdown.h"

namespace lode::core {
namespace {

bool IsRequired(const ParamDeclaration& p) { return (p.flags & LODE_PARAM_REQUIRED) != 0; }

// Returns the default, "required", or "" if the value is optional and has no default.
std::string DefaultText(const ParamDeclaration& p) {
  if (IsRequired(p)) { return "required"; }
  return CheckValue(p, p.default_value).empty() ? FormatValue(p.default_value) : "";
}

// Returns whether the default is a relative path, which means a file that comes with the plugin.
bool IsBesidePlugin(const ParamDeclaration& p) {
  const auto* path = std::get_if<std::string>(&p.default_value);
  return p.type == LODE_T_PATH && !IsRequired(p) && !path->empty() && path->front() != '/';
}

std::string DirectionText(const MetricDeclaration& m) {
  return m.direction == LODE_MINIMIZE ? "less is better" : "more is better";
}

// Returns how the metric was measured, as far as declared: "validation split of cifar10, 200
// epochs, noisy".
std::string OriginText(const MetricDeclaration& m) {
  std::string text = m.split == LODE_SPLIT_NONE ? "" : std::string(SplitName(m.split)) + " split";
  if (!m.dataset.empty()) { text += (text.empty() ? "" : " of ") + m.dataset; }
  if (m.epochs > 0) {
    std::string epochs = FormatValue(m.epochs);
    epochs.erase(epochs.ends_with(".0") ? epochs.size() - 2 : epochs.size());
    text += (text.empty() ? "" : ", ") + epochs + " epochs";
  }
  if (m.noisy) { text += std::string(text.empty() ? "" : ", ") + "noisy"; }
  return text;
}

std::vector<std::string> CapabilityTexts(const ComponentDeclaration& c) {
  constexpr std::pair<lode_capability, const char*> kTexts[] = {
      {LODE_CAP_CONCURRENT, "evaluates concurrently"},
      {LODE_CAP_CANONICAL, "architectures with one canonical form have one result"},
      {LODE_CAP_SEVERAL_ASKS, "may be asked for several proposals before it is told their results"},
      {LODE_CAP_EXPLORES, "explores by itself and ignores the pipeline's explorations"},
      {LODE_CAP_USES_TORCH, "needs LibTorch"},
      {LODE_CAP_METRICS_VARY, "its metrics depend on its parameters or on the space"},
      {LODE_CAP_FREE, "a formula: its results alone do not count as queries of the budget"},
      {LODE_CAP_ISOLATE, "evaluates in a process of its own unless told otherwise"},
      {LODE_CAP_BATCH, "evaluates several architectures together faster than one by one"},
      {LODE_CAP_ANY_ORDER, "may be told trials in another order than that of their steps"}};
  std::vector<std::string> texts;
  for (const auto& [capability, text] : kTexts) {
    if ((c.capabilities & capability) != 0) { texts.emplace_back(text); }
  }
  if ((c.capabilities & LODE_CAP_RELAXED) != 0) {
    texts.emplace_back(c.kind == LODE_ORACLE ? "has a relaxed network that an optimizer can train"
                                             : "trains the relaxed network of an oracle");
  }
  if (c.prepares) { texts.emplace_back("prepares once, before its first evaluation"); }
  return texts;
}

std::string KindText(lode_kind kind) {
  std::string name(KindName(kind));
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

// Returns a placeholder for a required value.
Value Placeholder(const ParamDeclaration& p) {
  if (!p.choices.empty()) { return p.choices.front(); }
  if (p.type == LODE_T_STRING || p.type == LODE_T_PATH) { return "..."; }
  if (CheckValue(p, p.default_value).empty()) { return p.default_value; }
  const double bound = std::isfinite(p.min) ? p.min : p.max;
  return p.type == LODE_T_INT ? Value(static_cast<std::int64_t>(bound)) : Value(bound);
}

// ---- text ----

std::string Section(const std::string& title, const std::string& text) {
  return text.empty() ? "" : "\n" + title + "\n" + text;
}

std::string ParamsText(const std::vector<ParamDeclaration>& params) {
  std::string text;
  for (const ParamDeclaration& p : params) {
    const std::string fallback = DefaultText(p);
    text += "  " + p.name + " : " + std::string(TypeName(p.type));
    text += IsRequired(p) ? " (required)" : fallback.empty() ? "" : " = " + fallback;
    text += p.unit.empty() ? "" : " " + p.unit;
    const std::string range = FormatRange(p);
    text += (range.empty() ? "" : "  " + range) + "\n      " + p.doc + "\n";
  }
  return text;
}

std::string PresetsText(const ComponentDeclaration& c) {
  std::string text;
  for (const PresetDeclaration& preset : c.presets) {
    text += "  " + preset.name + (&preset == &c.presets.front() ? " (default)" : "") + "\n      " +
            preset.doc + "\n";
    for (const auto& [name, value] : preset.settings) {
      text += "      " + name + " = " + FormatValue(value) + "\n";
    }
  }
  return text;
}

std::string MetricsText(const ComponentDeclaration& c) {
  std::string text;
  for (const MetricDeclaration& m : c.metrics) {
    const std::string origin = OriginText(m);
    text += "  " + m.name + " : " + m.unit + ", " + DirectionText(m) +
            (origin.empty() ? "" : ", " + origin) + "\n      " + m.doc + "\n";
  }
  return text;
}

std::string CapabilitiesText(const ComponentDeclaration& c) {
  std::string text;
  for (const std::string& capability : CapabilityTexts(c)) { text += "  " + capability + "\n"; }
  return text;
}

// ---- Markdown ----

constexpr char kMade[] =
    "<!-- Written by `lode describe --markdown`. Edit the declarations, not this page. -->\n\n";

std::string CodeBlock(const std::string& toml) { return "```toml\n" + toml + "```\n"; }

std::string RangeMarkdown(const ParamDeclaration& p) {
  if (p.choices.empty()) { return markdown::Code(FormatRange(p)); }
  std::string text;
  for (const std::string& choice : p.choices) {
    text += (text.empty() ? "" : ", ") + markdown::Code(FormatValue(choice));
  }
  return text;
}

std::string ParamsMarkdown(const std::vector<ParamDeclaration>& params) {
  markdown::Table table({"key", "type", "default", "allowed", "unit", "meaning"});
  for (const ParamDeclaration& p : params) {
    const std::string fallback = DefaultText(p);
    table.AddRow({markdown::Code(p.name), std::string(TypeName(p.type)),
                  IsRequired(p)
                      ? "**required**"
                      : markdown::Code(fallback) + (IsBesidePlugin(p) ? " beside the plugin" : ""),
                  RangeMarkdown(p), markdown::Text(p.unit), markdown::Text(p.doc)});
  }
  return table.Format();
}

std::string PresetsMarkdown(const ComponentDeclaration& c) {
  markdown::Table table({"preset", "meaning", "sets"});
  for (const PresetDeclaration& preset : c.presets) {
    std::string settings;
    for (const auto& [name, value] : preset.settings) {
      settings +=
          (settings.empty() ? "" : ", ") + markdown::Code(name + " = " + FormatValue(value));
    }
    const bool first = &preset == &c.presets.front();
    table.AddRow({markdown::Code(preset.name) + (first ? " (default)" : ""),
                  markdown::Text(preset.doc), settings});
  }
  const std::string presets = table.Format();
  return presets.empty()
             ? ""
             : "`preset = \"NAME\"` chooses one; values written beside it win.\n\n" + presets;
}

std::string MetricsMarkdown(const ComponentDeclaration& c) {
  markdown::Table table({"metric", "unit", "", "measured on", "meaning"});
  for (const MetricDeclaration& m : c.metrics) {
    table.AddRow({markdown::Code(m.name), markdown::Text(m.unit), DirectionText(m),
                  markdown::Text(OriginText(m)), markdown::Text(m.doc)});
  }
  return table.Format();
}

std::string CapabilitiesMarkdown(const ComponentDeclaration& c) {
  std::string text;
  for (const std::string& capability : CapabilityTexts(c)) {
    text += "- " + markdown::Text(capability) + "\n";
  }
  return text;
}

std::string SectionMarkdown(const std::string& title, const std::string& text) {
  return text.empty() ? "" : "\n### " + title + "\n\n" + text;
}

std::string ComponentHeading(const ComponentDeclaration& c) {
  return KindText(c.kind) + " " + markdown::Code(c.id);
}

// Returns GitHub's anchor for the heading of a component: letters, digits and underscores stay.
std::string Anchor(const ComponentDeclaration& c) {
  std::string anchor = std::string(KindName(c.kind)) + "-" + c.id;
  std::erase(anchor, '.');
  return anchor;
}

std::string ContentsMarkdown(const PluginDeclaration& plugin) {
  markdown::Table table({"component", "", "version"});
  for (const ComponentDeclaration& c : plugin.components) {
    table.AddRow({"[" + ComponentHeading(c) + "](#" + Anchor(c) + ")", markdown::Text(c.summary),
                  markdown::Text(c.version)});
  }
  return table.Format();
}

std::string HostTableMarkdown(const HostTable& table) {
  const std::string title =
      table.name.empty() ? "Before all tables" : markdown::Code(table.header());
  std::string doc = table.doc + ".";
  doc[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(doc[0])));
  const std::string params = ParamsMarkdown(table.params);
  return "\n## " + title + "\n\n" + markdown::Text(doc) + "\n" +
         (params.empty() ? "" : "\n" + params);
}

// ---- both formats, about pipelines ----

constexpr char kPipeline[] =
    "A pipeline is a TOML file that is checked as a whole before anything runs: `lode validate "
    "FILE` reports every mistake with its line and column. Unknown keys are mistakes. An integer "
    "may stand for a real number, but not vice versa. In every string, `${NAME}` and "
    "`${NAME:-default}` stand for an environment variable, even one with a number or a boolean; "
    "`$${` is a plain `${`. Relative paths are relative to the file that contains them.\n\n"
    "Editors with a TOML language server (taplo) complete and check a file whose first line is "
    "`#:schema PATH`, with the path of configs/pipeline.schema.json. `lode describe --schema` "
    "prints that schema; with `--plugin FILE` it includes the components of other plugins.";

constexpr char kComponents[] =
    "`[space]` and `[optimizer]` each name one component; `[oracle]` and `[exploration]` name one "
    "or, written `[[oracle]]`, several. They have these keys and the component's own parameters, "
    "which `lode describe COMPONENT` explains. Parameters of components that are not in use, for "
    "`--set optimizer.use=rea` and for grids, are in sub-tables named by their IDs: "
    "`[optimizer.rea]`.";

}  // namespace

std::string ExampleToml(const ComponentDeclaration& c) {
  const std::string kind(KindName(c.kind));
  std::string toml = c.kind == LODE_EXPLORATION ? "[[" + kind + "]]\n" : "[" + kind + "]\n";
  toml += "use = " + FormatValue(c.id) + "\n";
  for (const ParamDeclaration& p : c.params) {
    if (IsRequired(p)) { toml += p.name + " = " + FormatValue(Placeholder(p)) + "\n"; }
  }
  return toml;
}

std::string ComponentText(const ComponentDeclaration& c, const PluginDeclaration& plugin) {
  return std::string(KindName(c.kind)) + " " + c.id + " " + c.version + "\n" + c.summary + "\n" +
         (c.doc.empty() ? "" : "\n" + c.doc + "\n") + Section("Parameters", ParamsText(c.params)) +
         Section("Presets", PresetsText(c)) + Section("Metrics", MetricsText(c)) +
         Section("Capabilities", CapabilitiesText(c)) + "\nPlugin " + plugin.id + " " +
         plugin.version + " (" + plugin.licence + "), " + plugin.file.string() + "\n";
}

std::string TableText(const HostTable& table) {
  const std::string title = table.name.empty() ? "Before all tables" : table.header();
  return title + "  " + table.doc + "\n" + ParamsText(table.params);
}

std::string PipelineText() {
  std::string text = std::string(kPipeline) + "\n\n" + kComponents + "\n" +
                     Section("Every component's table", ParamsText(ComponentKeys()));
  for (const HostTable& table : HostTables()) { text += "\n" + TableText(table); }
  return text;
}

std::string ComponentMarkdown(const ComponentDeclaration& c) {
  const std::string doc = markdown::Paragraphs(c.doc);
  return "## " + ComponentHeading(c) + "\n\n" + markdown::Text(c.summary) + "\n\n" +
         CodeBlock(ExampleToml(c)) + (doc.empty() ? "" : "\n" + doc) +
         SectionMarkdown("Parameters", ParamsMarkdown(c.params)) +
         SectionMarkdown("Presets", PresetsMarkdown(c)) +
         SectionMarkdown("Metrics", MetricsMarkdown(c)) +
         SectionMarkdown("Capabilities", CapabilitiesMarkdown(c));
}

std::string PluginMarkdown(const PluginDeclaration& plugin) {
  std::string page = kMade;
  page += "# Plugin " + markdown::Code(plugin.id) + "\n\nVersion " +
          markdown::Text(plugin.version) + ", license " + markdown::Text(plugin.licence) + ".\n\n" +
          ContentsMarkdown(plugin);
  for (const ComponentDeclaration& c : plugin.components) { page += "\n" + ComponentMarkdown(c); }
  return page;
}

std::string PipelineMarkdown() {
  std::string page = std::string(kMade) + "# Pipelines\n\n" + markdown::Paragraphs(kPipeline) +
                     "\n## Tables of components\n\n" + markdown::Paragraphs(kComponents) + "\n" +
                     ParamsMarkdown(ComponentKeys());
  for (const HostTable& table : HostTables()) { page += HostTableMarkdown(table); }
  return page;
}

}  // namespace lode::core
