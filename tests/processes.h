// Information from /proc about processes and descriptors.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define LODE_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LODE_TEST_SANITIZED 1
#endif
#endif

namespace lode {

#ifdef LODE_TEST_SANITIZED
inline constexpr bool kMemoryIsOurs = false;
#else
// Whether a process's memory is what it has allocated itself.
inline constexpr bool kMemoryIsOurs = true;
#endif

// Empty for a process that is gone, even if it goes while being read.
inline std::string ReadProc(pid_t process, const char* name) {
  std::ostringstream content;
  content << std::ifstream("/proc/" + std::to_string(process) + "/" + name).rdbuf();
  return content.str();
}

// Zombies do not live: an orphan may wait for the system to forget it.
inline bool Lives(pid_t process) {
  const std::string stat = ReadProc(process, "stat");
  const auto name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.substr(name_end, 3) != ") Z";
}

// Returns the living processes of those listed in a file, one per line.
inline std::vector<pid_t> LivingOf(const std::filesystem::path& notes) {
  std::ifstream in(notes);
  std::vector<pid_t> living;
  std::copy_if(std::istream_iterator<pid_t>(in), {}, std::back_inserter(living), Lives);
  return living;
}

inline std::size_t OpenDescriptors(pid_t process) {
  std::error_code gone;
  std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd", gone);
  std::size_t count = 0;
  for (; !gone && all != end(all); all.increment(gone)) { ++count; }
  return count;
}

// Whether a signal that was sent to a process has not reached it yet.
inline bool HasPendingSignals(pid_t process) {
  std::istringstream status(ReadProc(process, "status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("ShdPnd:") || line.starts_with("SigPnd:")) {
      if (line.find_first_not_of("0 \t", 7) != std::string::npos) { return true; }
    }
  }
  return false;
}

// Children of the calling process, including zombies.
inline std::vector<pid_t> OwnChildren() {
  std::vector<pid_t> children;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream in(task.path() / "children");
    children.insert(children.end(), std::istream_iterator<pid_t>(in), {});
  }
  return children;
}

// Waits until the predicate holds, for as long as only a hang takes. Returns whether it does.
template <class Predicate>
bool WaitUntil(Predicate&& predicate) {
  for (int i = 0; i < 60000; ++i) {
    if (predicate()) { return true; }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace lode
