// lode show: one architecture of a space (its canonical string, what is computed of it, its picture),
// or runs.
#include <cstdint>
#include <cstdio>
#include <lode/plugin.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/show_runs.h"
#include "core/config/resolve.h"
#include "core/plugin/component.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/loader.h"
#include "core/report/dot.h"

namespace lode::cli {
namespace {

struct ShowOptions {
  std::string subject;  // a space's id, or a directory
  std::string architecture;
  std::vector<std::string> overrides;  // of the space's parameters
  bool dot = false;
  bool json = false;
};

core::ComponentConfig ResolveSpace(const ShowOptions& options, const core::Catalog& catalog) {
  std::vector<std::string> overrides{"space.use=" + options.subject};
  for (const std::string& change : options.overrides) {
    overrides.push_back("space." + options.subject + "." + change);
  }
  return core::ResolveComponent(core::Document::FromText("[space]\n", "lode show", overrides),
                                LODE_SPACE, catalog);
}

// Metrics by name, in the space's order.
std::vector<std::pair<lode::Metric, double>> Measured(const lode::Space& space,
                                                      const lode::Architecture& architecture) {
  std::vector<double> values(space.metrics().size());
  if (!values.empty()) {
    space.Measure(architecture, values);
  }
  std::vector<std::pair<lode::Metric, double>> measured;
  for (std::size_t i = 0; i < values.size(); ++i) {
    measured.emplace_back(space.metrics()[i], values[i]);
  }
  return measured;
}

void PrintText(const lode::Space& space, const lode::Architecture& architecture) {
  std::printf("%s\n", space.Format(architecture).c_str());
  const lode::Architecture canonical = space.Canonical(architecture);
  if (canonical != architecture) {
    std::printf("the same network as %s\n", space.Format(canonical).c_str());
  }
  for (const auto& [metric, value] : Measured(space, architecture)) {
    std::printf("%s = %.15g%s\n", metric.name.c_str(), value,
                metric.unit == "count" ? "" : (" " + metric.unit).c_str());
  }
}

void PrintJson(const lode::Space& space, const lode::Architecture& architecture) {
  nlohmann::json metrics = nlohmann::json::object();
  for (const auto& [metric, value] : Measured(space, architecture)) {
    metrics[metric.name] = metric.unit == "count" ? nlohmann::json(static_cast<std::int64_t>(value))
                                                  : nlohmann::json(value);
  }
  const nlohmann::json out{{"architecture", space.Format(architecture)},
                           {"canonical", space.Format(space.Canonical(architecture))},
                           {"metrics", metrics}};
  std::printf("%s\n", out.dump(2).c_str());
}

void PrintDot(const lode::Space& space, const lode::Architecture& architecture,
              const std::string& id) {
  if (!space.HasGraph()) {
    throw core::HostError("space '" + id + "' draws no pictures of its architectures");
  }
  std::printf("%s", core::FormatDot(space.Graph(architecture)).c_str());
}

void ShowArchitecture(const ShowOptions& options, const GlobalOptions& global) {
  const core::PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
  const core::ComponentConfig config = ResolveSpace(options, index);
  const core::RunContext run;
  const core::SpaceInstance instance(core::LoadComponent(index, LODE_SPACE, config.id),
                                     config.values, run, "space");
  try {
    const lode::Space space(instance.handle());
    const lode::Architecture architecture = space.Parse(options.architecture);
    if (options.dot) {
      PrintDot(space, architecture, config.id);
    } else if (options.json) {
      PrintJson(space, architecture);
    } else {
      PrintText(space, architecture);
    }
  } catch (const lode::Error& e) {
    throw core::HostError(instance.title() + ": " + e.what());
  }
}

int Show(const ShowOptions& options, const GlobalOptions& global) {
  if (!options.architecture.empty()) {
    ShowArchitecture(options, global);
  } else if (options.dot || !options.overrides.empty()) {
    throw core::HostError("--dot and --set are for an architecture: lode show SPACE ARCHITECTURE");
  } else {
    ShowRuns(options.subject, options.json, global);
  }
  return kDone;
}

}  // namespace

void AddShow(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("show",
                                     "Show runs: their tables, and how far those are that have not "
                                     "ended. Or one architecture: its "
                                     "canonical string, what is computed of it, its picture");
  auto options = std::make_shared<ShowOptions>();
  command
      ->add_option("RUN", options->subject,
                   "A run's directory, or one with several runs in it (runs/NAME/TIME); or, before "
                   "ARCHITECTURE, a space's id")
      ->required()
      ->type_name("DIR|SPACE");
  command->add_option("ARCHITECTURE", options->architecture, "In the notation of the space");
  command
      ->add_option("--set", options->overrides,
                   "Set a parameter of the space: NAME=VALUE, e.g. --set channels=16")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  auto* dot =
      command->add_flag("--dot", options->dot,
                        "Print its network in Graphviz's language: lode show ... --dot | dot "
                        "-Tsvg > network.svg");
  command->add_flag("--json", options->json, "Print one JSON object")->excludes(dot);
  command->callback([&global, &action, options] {
    action = [&global, options] { return Show(*options, global); };
  });
}

}  // namespace lode::cli
