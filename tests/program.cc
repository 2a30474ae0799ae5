#include "tests/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

namespace lode {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kLimitSeconds = 120;

std::string Read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void Redirect(const fs::path& file, int descriptor) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(opened, descriptor);
  close(opened);
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
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    alarm(kLimitSeconds);
    const std::string pid = std::to_string(getpid());
    Redirect(output_.empty() ? directory_ / ("out-" + pid) : output_, STDOUT_FILENO);
    Redirect(directory_ / ("err-" + pid), STDERR_FILENO);
    for (const auto& [name, value] : environment_) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    if (chdir(directory_.c_str()) == 0) {
      execv(argv[0], argv.data());
    }
    _exit(127);
  }
  return child;
}

Outcome Program::Finish(pid_t child) const {
  int status = 0;
  waitpid(child, &status, 0);
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
