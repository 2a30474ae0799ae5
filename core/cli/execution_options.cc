#include "core/cli/execution_options.h"

#include "core/plugin/error.h"

namespace lode::cli {

void ExecutionOptions::AddTo(CLI::App& command) {
  command.add_flag("--replace", replace,
                   "Make stages anew whose configuration or inputs have changed, and those that "
                   "read them; what there was is kept beside them, as NAME.1");
  command.add_option("-j,--jobs", jobs, "Runs at a time (default: one for each processor)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command
      .add_option("--extend", extend,
                  "Go on with runs that have ended, to a larger budget: steps=2000, "
                  "unique_queries=500 or simulated_seconds=20000")
      ->type_name("LIMIT=N");
  command.add_flag("--force", force,
                   "Go on although the configuration or a version has changed; the stored trials "
                   "must come out the same all the same");
  command
      .add_option("--wall-seconds", wall_seconds,
                  "Stop after so long by the clock, to be resumed: instead of budget.wall_seconds")
      ->check(CLI::PositiveNumber)
      ->type_name("S");
  command.add_flag("--json", json, "Print one JSON object instead of tables");
  command
      .add_option("--progress", progress_seconds,
                  "Where standard error is not a terminal: how often a line says how far it is; 0: "
                  "nothing says so, on a terminal either")
      ->check(CLI::Range(0.0, 1e9))
      ->type_name("SECONDS")
      ->capture_default_str();
}

std::vector<std::string> ExecutionOptions::Overrides() const {
  if (extend.empty()) {
    return {};
  }
  if (extend.find('=') == std::string::npos) {
    throw core::HostError("--extend " + extend + ": expected LIMIT=N, like steps=2000");
  }
  return {"budget." + extend};
}

void ExecutionOptions::RequireFitStages() const {
  if (!extend.empty()) {
    throw core::HostError("--extend " + extend +
                          ": is for pipelines without stages; change the stage's budget");
  }
}

void ExecutionOptions::RequireFitPlainPipelines() const {
  if (replace) {
    throw core::HostError("--replace is for pipelines with stages; choose another --out");
  }
}

}  // namespace lode::cli
