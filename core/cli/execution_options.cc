#include "core/cli/execution_options.h"

#include <string>

#include "core/cli/serving.h"
#include "core/plugin/error.h"

namespace lode::cli {

void ExecutionOptions::AddTo(CLI::App& command) {
  command.add_flag("--replace", replace,
                   "Rerun stages whose pipeline or inputs changed, and the stages that read them; "
                   "the old ones are kept beside them, as NAME.1");
  command.add_option("-j,--jobs", jobs, "Runs at a time (default: one for each processor)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  const std::string usual = std::to_string(kUsualPort);
  command
      .add_flag("--serve{" + usual + "}", serve,
                "Show the runs meanwhile as a page in the browser of this machine, as lode serve "
                "does; --serve=PORT chooses the port (default: " +
                    usual + "), 0 a free one")
      ->check(CLI::Range(0, 65535));
  command
      .add_option("--extend", extend,
                  "Continue runs that have ended to a larger budget: steps=2000, "
                  "unique_queries=500, full_evaluations=500 or simulated_seconds=20000")
      ->type_name("LIMIT=N");
  command.add_flag("--force", force,
                   "Continue even if the pipeline or a version has changed; the replay must still "
                   "match the stored trials");
  command
      .add_option(
          "--wall-seconds", wall_seconds,
          "Stop after S seconds of wall time, to be resumed later; replaces budget.wall_seconds")
      ->check(CLI::PositiveNumber)
      ->type_name("S");
  command.add_flag("--json", json, "Print one JSON object instead of tables");
  command
      .add_option("--progress", progress_seconds,
                  "Time between progress lines if standard error is not a terminal; 0: no "
                  "progress, even on a terminal")
      ->check(CLI::Range(0.0, 1e9))
      ->type_name("SECONDS")
      ->capture_default_str();
}

std::vector<std::string> ExecutionOptions::Overrides() const {
  if (extend.empty()) { return {}; }
  if (extend.find('=') == std::string::npos) {
    throw core::HostError("--extend " + extend + ": expected LIMIT=N, like steps=2000");
  }
  return {"budget." + extend};
}

void ExecutionOptions::RequireFitStages() const {
  if (!extend.empty()) {
    throw core::HostError("--extend " + extend +
                          ": only for pipelines without stages; change the stage's budget");
  }
}

void ExecutionOptions::RequireFitPlainPipelines() const {
  if (replace) {
    throw core::HostError("--replace is only for pipelines with stages; choose another --out");
  }
}

}  // namespace lode::cli
