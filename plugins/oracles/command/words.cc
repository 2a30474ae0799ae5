#include "plugins/oracles/command/words.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <sstream>
#include <system_error>

namespace command {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz_";

const std::string& ValueOf(const std::string& name, const Values& values) {
  const auto at = values.find(name);
  if (at != values.end()) { return at->second; }
  std::string names;
  for (const auto& [known, value] : values) {
    names += (names.empty() ? "{" : ", {") + known + "}";
  }
  throw lode::InvalidError("no placeholder is called {" + name + "}, expected one of " + names);
}

bool IsProgram(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) && access(file.c_str(), X_OK) == 0;
}

std::vector<fs::path> SearchPath(const std::vector<std::string>& environment) {
  std::vector<fs::path> directories;
  for (const std::string& entry : environment) {
    if (!entry.starts_with("PATH=")) { continue; }
    std::istringstream path(entry.substr(5));
    for (std::string directory; std::getline(path, directory, ':');) {
      directories.push_back(fs::absolute(directory.empty() ? "." : directory));
    }
  }
  return directories;
}

std::vector<std::string> ProgramsIn(const std::vector<fs::path>& directories) {
  std::vector<std::string> names;
  for (const fs::path& directory : directories) {
    std::error_code error;
    for (fs::directory_iterator at(directory, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
      if (IsProgram(at->path())) { names.push_back(at->path().filename().string()); }
    }
  }
  return names;
}

[[noreturn]] void Refuse(const fs::path& name, const std::string& why,
                         const std::vector<fs::path>& directories) {
  const auto names = ProgramsIn(directories);
  const std::string nearest =
      names.empty()
          ? ""
          : " (nearest: " + lode::Quote(lode::Nearest(name.filename().string(), names)) + ")";
  throw lode::IoError("cannot run " + lode::Quote(name.string(), 200) + ": " + why + nearest);
}

}  // namespace

std::string Expand(std::string_view text, const Values& values) {
  std::string expanded;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    expanded += text.substr(0, open);
    text.remove_prefix(open);
    const std::size_t close = std::min(text.find_first_not_of(kNameCharacters, 1), text.size());
    if (close > 1 && close < text.size() && text[close] == '}') {
      expanded += ValueOf(std::string(text.substr(1, close - 1)), values);
      text.remove_prefix(close + 1);
    } else {
      expanded += text.substr(0, 1);
      text.remove_prefix(std::min<std::size_t>(text.size(), 1));
    }
  }
  return expanded;
}

std::vector<std::string> MakeEnvironment(const std::vector<std::string>& changes) {
  std::map<std::string, std::string> entries;  // NAME=VALUE by NAME
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    entries[text.substr(0, text.find('='))] = text;
  }
  for (const std::string& text : changes) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw lode::InvalidError("environment has " + lode::Quote(text) +
                               ", expected NAME=VALUE, as in \"OMP_NUM_THREADS=1\"");
    }
    entries[text.substr(0, equals)] = text;
  }
  std::vector<std::string> environment;
  environment.reserve(entries.size());
  for (auto& [name, text] : entries) { environment.push_back(std::move(text)); }
  return environment;
}

std::string FindProgram(const std::string& name, const std::vector<std::string>& environment) {
  const fs::path file(name);
  if (file.is_absolute()) {
    if (IsProgram(file)) { return name; }
    std::error_code error;
    Refuse(file, fs::exists(file, error) ? "it is not an executable file" : "no such file",
           {file.parent_path()});
  }
  if (name.empty() || file.has_parent_path()) {
    throw lode::InvalidError("command begins with " + lode::Quote(name) +
                             ", expected a name to be found in PATH, an absolute path, or "
                             "{program} with program = a path that starts at the pipeline's file");
  }
  const std::vector<fs::path> directories = SearchPath(environment);
  for (const fs::path& directory : directories) {
    if (IsProgram(directory / file)) { return (directory / file).string(); }
  }
  Refuse(file, "no such program in PATH", directories);
}

}  // namespace command
