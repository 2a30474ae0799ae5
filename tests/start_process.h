// Starts other programs from tests, with posix_spawn: a test may have threads, and between fork and
// exec a child may make only system calls.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace lode {

using Environment = std::map<std::string, std::string>;

inline std::vector<char*> PointersTo(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  std::transform(words.begin(), words.end(), std::back_inserter(pointers),
                 [](std::string& word) { return word.data(); });
  pointers.push_back(nullptr);
  return pointers;
}

// Returns this process's environment with some variables added or changed.
inline std::vector<std::string> EnvironmentWith(Environment variables) {
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string variable = *at;
    const std::size_t end = variable.find('=');
    variables.emplace(variable.substr(0, end), variable.substr(end + 1));
  }
  std::vector<std::string> words;
  for (const auto& [name, value] : variables) {
    words.push_back(name + "=" + value);
  }
  return words;
}

// Starts a program (the first word: a path) in a directory, with its output and errors redirected
// to files (relative to that directory). Returns -1 on failure.
inline pid_t StartProcess(std::vector<std::string> words, const Environment& variables,
                          const std::filesystem::path& directory,
                          const std::filesystem::path& output,
                          const std::filesystem::path& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), kWrite, 0644);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), kWrite, 0644);
  std::vector<std::string> environment = EnvironmentWith(variables);
  pid_t process = -1;
  const int error = posix_spawn(&process, words[0].c_str(), &actions, nullptr,
                                PointersTo(words).data(), PointersTo(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? process : -1;
}

// Waits for the end of a process, and returns waitpid's status. Kills a process that takes so long
// that it must hang.
inline int WaitForEnd(pid_t process) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  int status = 0;
  while (waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > limit) {
      kill(process, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return status;
}

}  // namespace lode
