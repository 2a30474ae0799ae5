#include "tests/program.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "tests/start_process.h"

namespace lode {
namespace {

namespace fs = std::filesystem;

std::string Read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

Program::Program(fs::path directory) : directory_(std::move(directory)) {
  SetEnvironment("XDG_CACHE_HOME", (directory_ / "cache").string());
}

void Program::SetEnvironment(const std::string& name, const std::string& value) {
  environment_[name] = value;
}

Outcome Program::Run(const std::vector<std::string>& arguments) const {
  return Finish(Start(arguments));
}

pid_t Program::Start(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{std::string(LODE_BINARY_DIR) + "/bin/lode"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const fs::path out = directory_ / "standard-output", err = directory_ / "standard-error";
  const pid_t child =
      StartProcess(words, environment_, directory_, output_.empty() ? out : output_, err);
  EXPECT_GT(child, 0) << words[0];
  // It has them open, so renaming them does not affect it.
  const std::string pid = std::to_string(child);
  if (output_.empty()) {
    fs::rename(out, directory_ / ("out-" + pid));
  }
  fs::rename(err, directory_ / ("err-" + pid));
  return child;
}

Outcome Program::Finish(pid_t child) const {
  const int status = WaitForEnd(child);
  const std::string pid = std::to_string(child);
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          Read(directory_ / ("out-" + pid)), Read(directory_ / ("err-" + pid))};
}

nlohmann::json RunJson(const Program& lode, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "run");
  arguments.push_back("--json");
  const Outcome outcome = lode.Run(arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out);
}

fs::path SourceFile(const std::string& name) { return fs::path(LODE_SOURCE_DIR) / name; }

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace lode
