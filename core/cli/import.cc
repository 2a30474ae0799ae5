// lode import: converts published data files to Lode's formats.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/cli/command.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/text.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
  std::string format;
  std::string source;
  std::string output;
  bool partial = false;
};

// An importer is a Python program `import_FORMAT.py SOURCE -o OUTPUT [--partial]` next to the
// plugin that reads its output. It exits with 0, or with 2 and one line on standard error.
fs::path FindImporter(const std::string& format, const GlobalOptions& global) {
  const core::PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
  for (const core::PluginDeclaration& plugin : index.plugins()) {
    fs::path importer = plugin.file.parent_path() / ("import_" + core::WithoutCase(format) + ".py");
    if (fs::exists(importer)) { return importer; }
  }
  throw core::HostError("no plugin imports '" + format + "'");
}

int RunImporter(const fs::path& importer, const ImportOptions& options) {
  std::vector<std::string> words{"python3", importer.string(), options.source, "-o",
                                 options.output};
  if (options.partial) { words.emplace_back("--partial"); }
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) { argv.push_back(word.data()); }
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
  command->add_option("SOURCE", options->source, "The published file or directory")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--out,--output", options->output, "The file to make")
      ->required()
      ->type_name("FILE");
  command->add_flag("--partial", options->partial, "Make it even if SOURCE is incomplete");
  command->callback([&global, &action, options] {
    action = [&global, options] {
      return RunImporter(FindImporter(options->format, global), *options);
    };
  });
}

}  // namespace lode::cli
