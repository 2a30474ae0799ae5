// lode import: makes data files in Lode's formats from what others publish.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/cli/command.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
  std::string format;
  std::vector<std::string> arguments;
};

// An importer is a Python program `import_FORMAT.py` beside the plugin that reads its result.
fs::path FindImporter(const std::string& format, const GlobalOptions& global) {
  const core::PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
  for (const core::PluginDeclaration& plugin : index.plugins()) {
    fs::path importer = plugin.file.parent_path() / ("import_" + format + ".py");
    if (fs::exists(importer)) {
      return importer;
    }
  }
  throw core::HostError("no plugin imports '" + format + "'");
}

int RunImporter(const fs::path& importer, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"python3", importer.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  execvp("python3", argv.data());  // the importer's exit status becomes ours
  throw core::HostError(std::string("python3 cannot be started: ") + std::strerror(errno));
}

}  // namespace

void AddImport(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("import",
                                     "Make a data file from published ones, e.g. lode import nb201 "
                                     "NATS-tss-v1_0-3ffb9-simple -o nb201.tsv.gz");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("FORMAT", options->format, "What to import: nb201")->required();
  command->add_option("ARGUMENTS", options->arguments,
                      "For the importer: SOURCE -o TABLE; --help lists them");
  command->prefix_command();
  command->callback([command, &global, &action, options] {
    action = [command, &global, options] {
      std::vector<std::string> arguments = options->arguments;
      const auto rest = command->remaining();
      arguments.insert(arguments.end(), rest.begin(), rest.end());
      return RunImporter(FindImporter(options->format, global), arguments);
    };
  });
}

}  // namespace lode::cli
