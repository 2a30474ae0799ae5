#include "core/verify/process_state.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cfenv>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <thread>

#include "toolkit/posix/wait_status.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

using Texts = std::map<std::string, std::string>;

#if defined(__SANITIZE_THREAD__)
constexpr std::size_t kSanitizerThreads = 1;
#elif defined(__has_feature)
// ThreadSanitizer starts a thread of its own at any time.
constexpr std::size_t kSanitizerThreads = __has_feature(thread_sanitizer) ? 1 : 0;
#else
constexpr std::size_t kSanitizerThreads = 0;
#endif

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
    if (!gone && !reads_this_list) {
      files["descriptor " + entry.path().filename().string()] = target;
    }
  }
  return files;
}

using Handlers = std::map<int, void*>;

Handlers SignalHandlers() {
  Handlers handlers;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0) {
      handlers[signal] = reinterpret_cast<void*>(action.sa_handler);
    }
  }
  return handlers;
}

// Returns the program or library that contains the handler's code, or "".
fs::path FileOf(void* handler) {
  Dl_info info{};
  return dladdr(handler, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

std::string Describe(void* handler) {
  if (handler == reinterpret_cast<void*>(SIG_DFL)) { return "not handled"; }
  if (handler == reinterpret_cast<void*>(SIG_IGN)) { return "ignored"; }
  char address[32];
  std::snprintf(address, sizeof address, "%p", handler);
  return std::string("handled at ") + address + " " + FileOf(handler).filename().string();
}

Texts Describe(const Handlers& handlers) {
  Texts texts;
  for (const auto& [signal, handler] : handlers) {
    texts[posix::SignalText(signal)] = Describe(handler);
  }
  return texts;
}

Texts Settings() {
  const mode_t mask = umask(0);
  umask(mask);
  std::error_code error;
  Texts settings = {{"the working directory", fs::current_path(error).string()},
                    {"the locale", std::setlocale(LC_ALL, nullptr)},
                    {"the file mask", std::to_string(mask)},
                    {"the rounding mode", std::to_string(std::fegetround())}};
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string variable = *at;
    const auto assigned = std::min(variable.find('='), variable.size());
    // Values are not shown, because they may be secrets.
    const std::size_t value = std::hash<std::string>()(variable.substr(assigned));
    settings["environment variable " + variable.substr(0, assigned)] =
        "value #" + std::to_string(value % 10000);
  }
#ifdef __SSE2__
  settings["flushing of denormal numbers"] = (_mm_getcsr() & 0x8040) != 0 ? "on" : "off";
#endif
  return settings;
}

std::map<int, off_t> PrintedBytes() {
  std::fflush(nullptr);
  std::map<int, off_t> bytes;
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    const bool is_file = fstat(stream, &status) == 0 && S_ISREG(status.st_mode);
    bytes[stream] = is_file ? status.st_size : 0;
  }
  return bytes;
}

// Returns the beginning of an output after `start` bytes.
std::string PrintedFrom(int stream, off_t start) {
  char text[200];
  const ssize_t got = pread(stream, text, sizeof text, start);
  return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : "(it cannot be read)";
}

// They may be the same file.
void CheckPrinted(const std::map<int, off_t>& before, const std::map<int, off_t>& now,
                  Findings& findings) {
  for (const int stream : {STDERR_FILENO, STDOUT_FILENO}) {
    const off_t start = before.at(stream);
    if (!findings.Require(now.at(stream) <= start, "process.output",
                          "to standard output or error: " + PrintedFrom(stream, start))) {
      return;
    }
  }
}

void CheckSame(const Texts& before, const Texts& now, const char* rule, Findings& findings) {
  const auto value_of = [](const Texts& texts, const std::string& name) {
    const auto at = texts.find(name);
    return at == texts.end() ? "absent" : at->second;
  };
  Texts all = before;
  all.insert(now.begin(), now.end());
  for (const auto& [name, value] : all) {
    const std::string was = value_of(before, name), is = value_of(now, name);
    if (was != is) {
      findings.Add(rule,
                   std::string(name).append(" was ").append(was).append(" and is ").append(is));
    }
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

void ProcessState::AcceptHandlersOfLibraries(const fs::path& plugin) {
  for (const auto& [signal, handler] : SignalHandlers()) {
    const fs::path file = FileOf(handler);
    std::error_code not_there;
    const bool in_library = !file.empty() && !fs::equivalent(file, plugin, not_there) &&
                            !fs::equivalent(file, "/proc/self/exe", not_there);
    if (signals_[signal] == reinterpret_cast<void*>(SIG_DFL) && in_library) {
      signals_[signal] = handler;
    }
  }
}

void ProcessState::Check(bool threads_may_stay, Findings& findings,
                         std::chrono::milliseconds patience) const {
  const std::size_t allowed = threads_ + kSanitizerThreads;
  const auto last = std::chrono::steady_clock::now() + patience;
  while (CountThreads() > allowed && std::chrono::steady_clock::now() < last) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const ProcessState now = Now();
  findings.Require(threads_may_stay || now.threads_ <= allowed, "process.threads",
                   std::to_string(now.threads_ - threads_) + " threads keep running");
  CheckPrinted(printed_, now.printed_, findings);
  CheckSame(files_, now.files_, "process.files", findings);
  CheckSame(Describe(signals_), Describe(now.signals_), "process.signals", findings);
  CheckSame(settings_, now.settings_, "process.state", findings);
}

}  // namespace lode::verify
