// lode worker: evaluates for the lode run that started it.
#include "core/exec/worker.h"

#include "core/cli/command.h"
#include "core/cli/exit_guard.h"

namespace lode::cli {

void AddWorker(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("worker", "Evaluate for the lode run that started this");
  command->group("");
  command->callback([&global, &action] {
    action = [&global] { return core::ServeHost(global.plugins, GuardExit); };
  });
}

}  // namespace lode::cli
