// lode import: converts published data files to Lode's formats.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>

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

// An importer is a program `import_FORMAT SOURCE -o OUTPUT [--partial]`, or one of Python's,
// import_FORMAT.py, next to the plugin that reads its output. It exits with 0, or with 2 and one
// line on standard error.
constexpr std::string_view kPrefix = "import_";

// Adds a directory's importers by their formats.
void AddImporters(const fs::path& directory, std::map<std::string, fs::path>& importers) {
  std::error_code error;  // an unreadable directory has none
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string stem = entry.path().stem().string(), end = entry.path().extension().string();
    if (stem.starts_with(kPrefix) && (end.empty() || end == ".py")) {
      importers.emplace(stem.substr(kPrefix.size()), entry.path());
    }
  }
}

fs::path FindImporter(const std::string& format, const GlobalOptions& global) {
  const core::PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
  std::map<std::string, fs::path> importers;
  std::set<fs::path> seen;
  for (const core::PluginDeclaration& plugin : index.plugins()) {
    const fs::path directory = plugin.file.parent_path();
    if (seen.insert(directory).second) { AddImporters(directory, importers); }
  }
  const auto found = importers.find(core::WithoutCase(format));
  if (found != importers.end()) { return found->second; }
  std::string known;
  for (const auto& [name, file] : importers) {
    known.append(known.empty() ? "" : ", ").append(name);
  }
  throw core::HostError("no plugin imports '" + format + "'" +
                        (known.empty() ? "" : "; the installed ones import " + known));
}

int RunImporter(const fs::path& importer, const ImportOptions& options) {
  std::vector<std::string> words{importer.string(), options.source, "-o", options.output};
  if (importer.extension() == ".py") { words.insert(words.begin(), "python3"); }
  if (options.partial) { words.emplace_back("--partial"); }
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) { argv.push_back(word.data()); }
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());  // the importer's exit status becomes ours
  throw core::HostError(words[0] + " cannot be started: " + std::strerror(errno));
}

}  // namespace

void AddImport(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("import",
                                     "Make a data file from published ones, e.g. lode import nb201 "
                                     "NATS-tss-v1_0-3ffb9-simple -o nb201.tsv.gz");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("FORMAT", options->format, "What to import, e.g. nb201, ofa-weights")
      ->required();
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
