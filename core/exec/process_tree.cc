#include "core/exec/process_tree.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <thread>

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Processes may disappear at any moment. Reading about one that has gives "" or nothing, not an
// error.
std::string Read(const std::string& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code gone;
  for (fs::directory_iterator it(directory, gone), end; !gone && it != end; it.increment(gone)) {
    names.push_back(it->path().filename().string());
  }
  return names;
}

std::string ProcFile(pid_t process, const char* name) {
  return "/proc/" + std::to_string(process) + "/" + name;
}

}  // namespace

std::vector<pid_t> ChildrenOf(pid_t process) {
  std::vector<pid_t> children;
  const std::string tasks = ProcFile(process, "task");
  for (const std::string& task : NamesIn(tasks)) {
    std::istringstream in(Read((std::filesystem::path(tasks) / task / "children").string()));
    children.insert(children.end(), std::istream_iterator<pid_t>(in), {});
  }
  return children;
}

namespace {

std::vector<pid_t> AllProcesses() {
  std::vector<pid_t> processes;
  for (const std::string& name : NamesIn("/proc")) {
    pid_t process = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), process).ec == std::errc()) {
      processes.push_back(process);
    }
  }
  return processes;
}

// /proc/PID/stat has the form "pid (name) state parent group session ...", where the name may
// contain any characters.
bool IsInSession(const std::string& stat, pid_t session) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) { return false; }
  std::istringstream in(stat.substr(name_end + 1));
  char state = 0;
  pid_t parent = 0, group = 0, its_session = 0;
  in >> state >> parent >> group >> its_session;
  return in && its_session == session;
}

bool IsZombie(const std::string& stat) {
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos || stat.substr(name_end, 3) == ") Z";
}

// Returns whether a list of texts, each ending in '\0', contains this one.
bool Has(std::string_view list, std::string_view text) {
  while (!list.empty()) {
    const auto end = std::min(list.find('\0'), list.size());
    if (list.substr(0, end) == text) { return true; }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

std::uint64_t ResidentBytesBelow(pid_t process) {
  static const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::uint64_t pages = 0;
  std::vector<pid_t> open = ChildrenOf(process);
  while (!open.empty()) {
    const pid_t next = open.back();
    open.pop_back();
    std::istringstream in(Read(ProcFile(next, "statm")));
    std::uint64_t size = 0, resident = 0;
    in >> size >> resident;
    pages += resident;
    std::ranges::copy(ChildrenOf(next), std::back_inserter(open));
  }
  return pages * page;
}

std::vector<pid_t> Followers(pid_t leader, const std::string& mark) {
  std::vector<pid_t> followers;
  for (const pid_t process : AllProcesses()) {
    const std::string stat = Read(ProcFile(process, "stat"));
    if (process != leader && !IsZombie(stat) &&
        (IsInSession(stat, leader) || Has(Read(ProcFile(process, "environ")), mark))) {
      followers.push_back(process);
    }
  }
  return followers;
}

void KillFollowers(pid_t leader, const std::string& mark) {
  // A process that starts others faster than they are killed is left alone.
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<pid_t> followers = Followers(leader, mark);
    if (followers.empty()) { return; }
    for (const pid_t process : followers) { kill(process, SIGKILL); }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace lode::core
