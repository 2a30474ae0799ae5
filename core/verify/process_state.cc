#include "core/verify/process_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

using Texts = std::map<std::string, std::string>;

std::size_t CountThreads() {
  const auto tasks = fs::directory_iterator("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

Texts OpenFiles() {
  Texts files;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const fs::path target = fs::read_symlink(entry.path(), gone);
    const bool reads_this_list = target.filename() == "fd";
    if (!gone && !reads_this_list) files["descriptor " + entry.path().filename().string()] = target;
  }
  return files;
}

Texts SignalHandlers() {
  Texts handlers;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    char address[32];
    std::snprintf(address, sizeof address, "%p", reinterpret_cast<void*>(action.sa_handler));
    handlers["signal " + std::to_string(signal) + " (" + strsignal(signal) + ")"] = address;
  }
  return handlers;
}

std::string Environment() {
  std::string all;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) all += std::string(*at) + ' ';
  return all;
}

Texts Settings() {
  const mode_t mask = umask(0);
  umask(mask);
  std::error_code error;
  return {{"the working directory", fs::current_path(error).string()},
          {"the locale", std::setlocale(LC_ALL, nullptr)},
          {"the environment", Environment()},
          {"the file mask", std::to_string(mask)},
          {"the rounding mode", std::to_string(std::fegetround())}};
}

std::size_t PrintedBytes() {
  std::fflush(nullptr);
  std::size_t bytes = 0;
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (fstat(stream, &status) == 0 && S_ISREG(status.st_mode))
      bytes += static_cast<std::size_t>(status.st_size);
  }
  return bytes;
}

void CheckSame(const Texts& before, const Texts& now, const char* rule, Findings& findings) {
  for (const auto& [name, value] : now) {
    const auto at = before.find(name);
    const std::string was = at == before.end() ? "not there" : at->second;
    findings.Require(was == value, rule, name + " was " + was + " and is " + value);
  }
}

}  // namespace

ProcessState ProcessState::Now() {
  ProcessState state;
  state.threads_ = CountThreads();
  state.printed_ = PrintedBytes();
  state.files_ = OpenFiles();
  state.signals_ = SignalHandlers();
  state.settings_ = Settings();
  return state;
}

void ProcessState::Check(bool threads_may_stay, Findings& findings) const {
  for (int i = 0; i < 100 && CountThreads() > threads_; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const ProcessState now = Now();
  findings.Require(threads_may_stay || now.threads_ <= threads_, "process.threads",
                   std::to_string(now.threads_ - threads_) + " threads go on");
  findings.Require(now.printed_ <= printed_, "process.output",
                   "something was printed to standard output or error");
  CheckSame(files_, now.files_, "process.files", findings);
  CheckSame(signals_, now.signals_, "process.signals", findings);
  CheckSame(settings_, now.settings_, "process.state", findings);
}

}  // namespace lode::verify
