// lode new: creates the directory of a plugin that builds and passes its tests, as a starting point
// for its author.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/cli/command.h"
#include "core/plugin/declaration.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/installation.h"
#include "core/report/shell_word.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kFooter[] =
    "The directory has the component's source, its test, a CMakeLists.txt, a README.md, and\n"
    "search.toml, a search that uses it. Everything in it works before you change anything;\n"
    "replace what the example computes with your own code.\n\n"
    "  lode new space ring                    a search space in ./ring, in C++\n"
    "  lode new optimizer climber --lang c    an optimizer in C, on the plain interface\n"
    "  lode new oracle latency --out work/latency\n\n"
    "A space is the set of architectures, an oracle measures them, an optimizer proposes what to\n"
    "measure next, an exploration strategy adds random choices. The manual is in the\n"
    "headers lode/plugin.hpp (C++) and lode/plugin.h (C); `lode verify` checks your plugin.\n";

struct NewOptions {
  std::string kind;
  std::string name;
  std::string language = "c++";
  fs::path directory;
};

// Like a case-insensitive CLI::IsMember, but suggests the nearest word.
CLI::Validator OneOf(const std::vector<std::string>& words) {
  const std::string list = CLI::detail::join(words, ",");
  return {[words, list](std::string& word) -> std::string {
            if (const std::string meant = core::MeantName(word, words); !meant.empty()) {
              word = meant;
              return "";
            }
            return "'" + word + "' is none of " + list + core::DidYouMean(word, words);
          },
          "{" + list + "}"};
}

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// The name becomes the component's id, a class name and a CMake target.
void CheckName(const std::string& name) {
  const auto wrong = std::ranges::find_if_not(name, IsNameCharacter);
  if (wrong != name.end()) {
    throw core::HostError("name '" + name + "': character " +
                          std::to_string(wrong - name.begin() + 1) + " is none of a-z, 0-9 and _");
  }
  if (name.empty() || name.front() < 'a' || name.front() > 'z') {
    throw core::HostError("name '" + name + "' does not begin with a letter from a to z");
  }
  constexpr std::array<std::string_view, 12> kTargets = {
      "all",        "clean",         "depend",  "edit_cache",
      "help",       "install",       "package", "package_source",
      "preinstall", "rebuild_cache", "test",    "list_install_components"};
  if (std::ranges::count(kTargets, name) > 0) {
    throw core::HostError("name '" + name + "' is reserved for a target of CMake");
  }
}

// "my_component", "space" -> "MyComponentSpace", a name that the templates do not use.
std::string ClassName(const std::string& name, const std::string& kind) {
  const bool suffixed = name.ends_with("_" + kind);
  std::string camel;
  bool first = true;
  const std::string words = suffixed ? name : name + "_" + kind;
  for (const char c : words) {
    if (c != '_') { camel += first ? static_cast<char>(std::toupper(c)) : c; }
    first = c == '_';
  }
  return camel;
}

using Replacements = std::vector<std::pair<std::string, std::string>>;

// Works in one pass: text inserted by a replacement is not replaced again.
std::string Replace(std::string_view text, const Replacements& replacements) {
  std::string replaced;
  while (!text.empty()) {
    const auto found = std::ranges::find_if(
        replacements, [&](const auto& r) { return text.starts_with(r.first); });
    replaced += found == replacements.end() ? text.substr(0, 1) : std::string_view(found->second);
    text.remove_prefix(found == replacements.end() ? 1 : found->first.size());
  }
  return replaced;
}

// Copies the files of a template's folder, also replacing text in their names.
void CopyFiles(const fs::path& from, const fs::path& to, const Replacements& replacements) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(from, error)) {
    if (entry.is_regular_file()) {
      core::WriteFile(to / Replace(entry.path().filename().string(), replacements),
                      Replace(core::ReadFile(entry.path()), replacements));
    }
  }
  if (error) {
    throw core::HostError(from.string() + ": " + error.message() +
                          " (the templates are installed with the program)");
  }
}

// A directory that becomes `target` in one step, or is removed.
class DirectoryInMaking {
 public:
  explicit DirectoryInMaking(const fs::path& target) : target_(target) {
    const std::string hidden = "." + target.filename().string() + "." + std::to_string(getpid());
    path_ = target.parent_path() / hidden;
    core::MakeDirectories(target.parent_path());
    std::error_code error;
    if (!fs::create_directory(path_, error)) {
      throw core::HostError(target.string() + ": cannot be made: " +
                            (error ? error.message() : path_.string() + " is in the way"));
    }
  }
  ~DirectoryInMaking() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  DirectoryInMaking(const DirectoryInMaking&) = delete;

  const fs::path& path() const { return path_; }

  void Finish() {
    if (fs::exists(target_)) {  // empty; possibly the user's working directory
      for (const auto& entry : fs::directory_iterator(path_)) {
        core::Publish(entry.path(), target_ / entry.path().filename());
      }
    } else {
      core::Publish(path_, target_);
    }
  }

 private:
  fs::path target_, path_;
};

void CheckTarget(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (!fs::exists(status)) { return; }
  if (!fs::is_directory(status)) {
    throw core::HostError(target.string() + ": exists and is not a directory");
  }
  if (!fs::is_empty(target, error)) {
    throw core::HostError(target.string() +
                          (error ? ": " + error.message() : ": exists and is not empty"));
  }
}

// Returns the directory of the first "lode" in PATH if that is this program; otherwise "".
fs::path DirectoryInPath() {
  const char* list = std::getenv("PATH");
  std::istringstream path(list != nullptr ? list : "");
  for (std::string entry; std::getline(path, entry, ':');) {
    const fs::path candidate = fs::path(entry) / "lode";
    std::error_code error;
    if (access(candidate.c_str(), X_OK) == 0) {
      return fs::equivalent(candidate, core::ProgramFile(), error) ? entry : "";
    }
  }
  return "";
}

// Returns the command with which the user runs this program.
std::string ProgramWord() {
  return DirectoryInPath().empty() ? core::ShellWord(core::ProgramFile().string()) : "lode";
}

// Returns the option that lets CMake find the SDK. CMake itself searches P if P/bin is in PATH.
std::string PrefixOption() {
  const fs::path prefix = core::InstalledPath("").parent_path();
  const fs::path in_path = DirectoryInPath();
  std::error_code error;
  if (in_path.is_absolute() && in_path.filename() == "bin" &&
      fs::equivalent(in_path.parent_path(), prefix, error)) {
    return "";
  }
  return " " + core::ShellWord("-DCMAKE_PREFIX_PATH=" + prefix.string());
}

void PrintNextSteps(const NewOptions& options, const fs::path& target) {
  const std::string& name = options.name;
  const std::string where = core::ShellWord(target.string());
  const std::string build = core::ShellWord((target / "build").string());
  std::printf("made %s:", target.c_str());
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(target)) {
    files.push_back(entry.path().filename().string());
  }
  std::ranges::sort(files);
  for (const std::string& file : files) { std::printf(" %s", file.c_str()); }
  std::printf("\n\nNext:\n");
  std::printf("  cmake -S %s -B %s%s\n", where.c_str(), build.c_str(), PrefixOption().c_str());
  std::printf("  cmake --build %s\n", build.c_str());
  std::printf("  ctest --test-dir %s\n", build.c_str());
  std::printf("  %s --plugin %s run %s\n", ProgramWord().c_str(),
              core::ShellWord((target / "build" / (name + ".lode.so")).string()).c_str(),
              core::ShellWord((target / "search.toml").string()).c_str());
}

int New(NewOptions options) {
  CheckName(options.name);
  fs::path target = options.directory.empty() ? fs::path(options.name) : options.directory;
  if (!target.has_filename()) {  // "work/ring/"
    target = target.parent_path();
  }
  CheckTarget(target);
  const fs::path made = fs::weakly_canonical(fs::absolute(target));
  const Replacements replacements = {{"my_component", options.name},
                                     {"MyComponent", ClassName(options.name, options.kind)},
                                     {"my_kind", options.kind}};
  const fs::path templates = core::InstalledPath("share/lode/template");
  DirectoryInMaking directory(made);
  for (const fs::path& layer : {templates / options.language, templates / options.kind,
                                templates / options.kind / options.language}) {
    CopyFiles(layer, directory.path(), replacements);
  }
  directory.Finish();
  PrintNextSteps(options, target);
  return kDone;
}

}  // namespace

void AddNew(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand("new", "Make your own plugin, ready to build and test");
  command->footer(kFooter);
  auto options = std::make_shared<NewOptions>();
  command->add_option("KIND", options->kind, "The kind of component")
      ->required()
      ->transform(OneOf({"space", "oracle", "exploration", "optimizer"}));
  command
      ->add_option("NAME", options->name,
                   "The component's id: a-z, 0-9 and _, starting with a letter")
      ->required();
  command->add_option("--lang", options->language, "The plugin's language")
      ->transform(OneOf({"c++", "c"}))
      ->capture_default_str();
  command
      ->add_option("-o,--out,--directory", options->directory, "Where to make it (default: NAME)")
      ->type_name("DIR");
  command->callback([&action, options] { action = [options] { return New(*options); }; });
}

}  // namespace lode::cli
