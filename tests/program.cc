#include "tests/program.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace lode {

Program WithTestPlugins(const std::filesystem::path& directory) {
  Program lode(directory);
  lode.SetEnvironment("LODE_PLUGIN_PATH", LODE_BINARY_DIR "/tests/plugins");
  return lode;
}

void AppendSettings(std::vector<std::string>& arguments, const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
}

nlohmann::json RunJson(const Program& lode, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "run");
  arguments.push_back("--json");
  const Outcome outcome = lode.Run(arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out);
}

std::filesystem::path SourceFile(const std::string& name) {
  return std::filesystem::path(LODE_SOURCE_DIR) / name;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) { lines.push_back(line); }
  return lines;
}

}  // namespace lode
