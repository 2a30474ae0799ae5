// lode help: prints the same as `lode --help`, or for one command the same as `lode COMMAND
// --help`.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/declared.h"
#include "core/cli/output_file.h"
#include "core/cli/terminal.h"
#include "core/plugin/declaration.h"
#include "core/plugin/error.h"

namespace lode::cli {
namespace {

const CLI::App& FindCommand(const CLI::App& app, const std::string& name) {
  const std::vector<const CLI::App*> commands = Subcommands(app);
  std::vector<std::string> names;
  for (const CLI::App* command : commands) {
    if (command->check_name(name)) { return *command; }
    names.push_back(command->get_name());
  }
  const std::string nearest = core::NearestName(name, names);
  throw core::HostError(
      "there is no command '" + name + "'" +
      (nearest.empty() ? " (lode --help lists them)" : "; did you mean '" + nearest + "'?"));
}

int Help(const CLI::App& app, const std::string& name) {
  const std::string text = name.empty() ? app.get_formatter()->make_help(&app, app.get_name(),
                                                                         CLI::AppFormatMode::Normal)
                                        : FindCommand(app, name).help(app.get_name());
  PrintWrapped(text);
  return kDone;
}

}  // namespace

void AddHelp(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand("help", "Explain a command: lode help run");
  auto name = std::make_shared<std::string>();
  command->add_option("COMMAND", *name, "The command; without it, list all commands")
      ->type_name("COMMAND");
  AddOutput(*command);
  command->callback([&app, &action, name] { action = [&app, name] { return Help(app, *name); }; });
}

}  // namespace lode::cli
