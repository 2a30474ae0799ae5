// Runs the lode program like a user.
#pragma once

#include <filesystem>
#include <lode/testing.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/built.h"

namespace lode {

using test::Outcome;

// The program of this build.
class Program : public test::Program {
 public:
  explicit Program(std::filesystem::path directory)
      : test::Program(std::move(directory), BuiltProgram()) {}
};

// The program, which also finds the plugins of tests/plugins.
Program WithTestPlugins(const std::filesystem::path& directory);

// Appends "--set" and each of the settings.
void AppendSettings(std::vector<std::string>& arguments, const std::vector<std::string>& settings);

// Runs `lode run ARGUMENTS --json`, which must succeed.
nlohmann::json RunJson(const Program& lode, std::vector<std::string> arguments);

// Returns the path of a file below the source tree.
std::filesystem::path SourceFile(const std::string& name);

// The lines of a text.
std::vector<std::string> Lines(const std::string& text);

}  // namespace lode
