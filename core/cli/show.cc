// lode show: shows one architecture of a space (its canonical string, computed metrics and
// picture), or runs.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <lode/plugin.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/known_metrics.h"
#include "core/cli/output_file.h"
#include "core/cli/show_runs.h"
#include "core/cli/terminal.h"
#include "core/config/resolve.h"
#include "core/plugin/component.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/loader.h"
#include "core/plugin/text.h"
#include "core/report/columns.h"
#include "core/report/dot.h"
#include "core/report/picture.h"
#include "core/search/components.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct ShowOptions {
  std::vector<std::string> subjects;   // directories, or a space's id and an architecture
  std::vector<std::string> overrides;  // of the space's parameters
  UserTable table;
  bool dot = false;
  bool svg = false;
  bool json = false;

  const std::string& space() const { return subjects.front(); }
  const std::string& architecture() const { return subjects.back(); }
  // Two words name an architecture unless they are directories. Ids have no slashes.
  bool names_architecture() const {
    const auto is_directory = [](const std::string& word) {
      std::error_code error;
      return fs::is_directory(word, error);
    };
    return subjects.size() == 2 && !is_directory(subjects[1]) &&
           (!is_directory(subjects[0]) || subjects[0].find('/') == std::string::npos);
  }
};

core::ComponentConfig ResolveSpace(const ShowOptions& options, const core::Catalog& catalog) {
  std::vector<std::string> overrides{"space.use=" + options.space()};
  for (const std::string& change : options.overrides) {
    overrides.push_back("space." + options.space() + "." + change);
  }
  return core::ResolveComponent(core::Document::FromText("[space]\n", "lode show", overrides),
                                LODE_SPACE, catalog);
}

constexpr std::size_t kPictureWidth = 80;  // when printed to a file

// Metrics by name, in the space's order.
std::vector<std::pair<lode::Metric, double>> Measured(const lode::Space& space,
                                                      const lode::Architecture& architecture) {
  std::vector<double> values(space.metrics().size());
  if (!values.empty()) { space.Measure(architecture, values); }
  std::vector<std::pair<lode::Metric, double>> measured;
  for (std::size_t i = 0; i < values.size(); ++i) {
    lode::Metric metric = space.metrics()[i];
    metric.name = PrintableLine(metric.name);
    metric.unit = PrintableLine(metric.unit);
    measured.emplace_back(std::move(metric), values[i]);
  }
  return measured;
}

// An architecture of a space with its metrics.
struct Subject {
  const core::SpaceInstance& instance;
  const lode::Space& space;
  const lode::Architecture& architecture;
  std::vector<KnownMetrics> known;
};

std::string Text(double value, const std::string& unit) {
  std::ostringstream text;
  text << std::setprecision(15) << value;
  return text.str() + (unit.empty() || unit == "count" ? "" : " " + unit);
}

void PrintKnown(const std::vector<KnownMetrics>& all) {
  for (const auto& [oracle, metrics] : all) {
    std::string line;
    for (const auto& [metric, value] : metrics) {
      line += (line.empty() ? "" : ", ") + metric.name + " = " + Text(value, metric.unit);
    }
    std::printf("%s: %s\n", oracle.c_str(), line.c_str());
  }
}

void PrintPicture(const Subject& subject) {
  if (!subject.space.HasGraph()) { return; }
  const std::size_t width = OutputWidth() == core::kUnlimited ? kPictureWidth : OutputWidth();
  const std::string picture =
      core::FormatTerminalPicture(core::PrintableGraph(subject.space, subject.architecture),
                                  core::ColorsOf(subject.space), width, OutputHasColors());
  std::printf("\n%s", picture.c_str());
}

void PrintText(const Subject& subject) {
  const auto& [instance, space, architecture, known] = subject;
  std::printf("%s\n", core::FormatArchitecture(space, architecture).c_str());
  const lode::Architecture canonical = space.Canonical(architecture);
  if (canonical != architecture) {
    std::printf("the same network as %s\n", core::FormatArchitecture(space, canonical).c_str());
  }
  for (const auto& [metric, value] : Measured(space, architecture)) {
    std::printf("%s = %s\n", metric.name.c_str(), Text(value, metric.unit).c_str());
  }
  PrintKnown(known);
  PrintPicture(subject);
}

nlohmann::json AsJson(const std::string& unit, double value) {
  return unit == "count" ? nlohmann::json(static_cast<std::int64_t>(value)) : nlohmann::json(value);
}

void PrintJson(const Subject& subject) {
  const auto& [instance, space, architecture, known] = subject;
  nlohmann::json metrics = nlohmann::json::object(), tables = nlohmann::json::object();
  for (const auto& [metric, value] : Measured(space, architecture)) {
    metrics[metric.name] = AsJson(metric.unit, value);
  }
  for (const auto& [oracle, values] : known) {
    for (const auto& [metric, value] : values) {
      tables[oracle][metric.name] = AsJson(metric.unit, value);
    }
  }
  const nlohmann::json out{
      {"architecture", core::FormatArchitecture(space, architecture)},
      {"canonical", core::FormatArchitecture(space, space.Canonical(architecture))},
      {"metrics", metrics},
      {"known", tables}};
  std::printf("%s\n", core::FormatJson(out, 2).c_str());
}

// Prints the network in Graphviz's language or as SVG.
void PrintDrawing(const Subject& subject, bool svg) {
  const auto& [instance, space, architecture, known] = subject;
  if (!space.HasGraph()) {
    throw core::HostError(instance.title() + " cannot draw its architectures");
  }
  const lode::Graph graph = core::PrintableGraph(space, architecture);
  const core::OperationColors colors = core::ColorsOf(space);
  std::printf(
      "%s",
      svg ? core::FormatSvg(graph, colors, core::FormatArchitecture(space, architecture)).c_str()
          : core::FormatDot(graph, &colors).c_str());
}

std::vector<KnownMetrics> Known(const ShowOptions& options, const core::SpaceInstance& space,
                                const lode::Architecture& architecture,
                                const core::Catalog& catalog) {
  std::vector<KnownMetrics> known = KnownMetricsOf(space, architecture, catalog);
  if (!options.table.file.empty()) {
    known.push_back(MetricsInTable(options.table, space, architecture, catalog));
  }
  return known;
}

void ShowArchitecture(const ShowOptions& options, const GlobalOptions& global) {
  const core::PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
  const core::ComponentConfig config = ResolveSpace(options, index);
  const core::RunContext run;
  const core::SpaceInstance instance(core::LoadComponent(index, LODE_SPACE, config.id),
                                     config.values, run, "space");
  instance.Use([&] {
    const lode::Space space(instance.handle());
    const lode::Architecture architecture = space.Parse(options.architecture());
    if (options.dot || options.svg) {
      PrintDrawing({instance, space, architecture, {}}, options.svg);
      return;
    }
    const Subject subject{instance, space, architecture,
                          Known(options, instance, architecture, index)};
    options.json ? PrintJson(subject) : PrintText(subject);
  });
}

int Show(const ShowOptions& options, const GlobalOptions& global) {
  if (options.names_architecture()) {
    ShowArchitecture(options, global);
    return kDone;
  }
  if (options.dot || options.svg || !options.overrides.empty() || !options.table.file.empty()) {
    throw core::HostError(
        "--dot, --svg, --table and --set are for an architecture: lode show SPACE ARCHITECTURE");
  }
  return ShowRuns({options.subjects.begin(), options.subjects.end()}, options.json);
}

}  // namespace

void AddShow(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command =
      app.add_subcommand("show",
                         "Show runs: their tables, and the progress of unfinished ones. "
                         "Or one architecture: its canonical string, computed "
                         "metrics and picture");
  auto options = std::make_shared<ShowOptions>();
  command
      ->add_option("RUN", options->subjects,
                   "Directories of one or several runs (runs/NAME/TIME); or a space's id and an "
                   "architecture in its notation")
      ->required()
      ->type_name("DIR|SPACE");
  command
      ->add_option("--set", options->overrides,
                   "Set a parameter of the space: NAME=VALUE, e.g. --set channels=16")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  auto* dot =
      command->add_flag("--dot", options->dot,
                        "Print its network in Graphviz's language: lode show ... --dot | dot "
                        "-Tsvg > network.svg");
  auto* svg = command->add_flag("--svg", options->svg,
                                "Print its network as an SVG picture: lode show ... --svg > "
                                "network.svg");
  svg->excludes(dot);
  auto* table =
      command->add_option("--table", options->table.file, "Also show its results from this table");
  table->type_name("FILE");
  table->needs(command
                   ->add_option("--columns", options->table.columns,
                                "The table's columns to show, separated by commas")
                   ->delimiter(',')
                   ->type_name("NAME,..."));
  options->table.key = "architecture";
  command->add_option("--key", options->table.key, "The table's column with the architectures")
      ->type_name("NAME")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print one JSON object")->excludes(dot)->excludes(svg);
  AddOutput(*command);
  command->callback([&global, &action, options] {
    action = [&global, options] { return Show(*options, global); };
  });
}

}  // namespace lode::cli
