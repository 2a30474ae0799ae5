#include "core/exec/memory_cgroup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "toolkit/posix/descriptor.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGroupName = "lode-";  // then the host's process ID, "-" and a number
constexpr int kRemovals = 200;  // attempts, 5 ms apart: killed processes take a moment to disappear

std::string TextOf(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// A control file accepts or refuses a value in a single write.
bool SetControl(const fs::path& file, const std::string& value) {
  const posix::Descriptor control(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  return control.is_open() &&
         write(control.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

bool HasWord(const std::string& text, std::string_view word) {
  std::istringstream in(text);
  for (std::string next; in >> next;) {
    if (next == word) { return true; }
  }
  return false;
}

// Removes groups such as "lode-123-4" of hosts that are gone and could not remove them. Groups in
// use stay, because the system removes only empty ones.
void RemoveAbandonedIn(const fs::path& parent) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename().string();
    pid_t host = 0;
    if (name.starts_with(kGroupName) &&
        std::from_chars(name.data() + kGroupName.size(), name.data() + name.size(), host).ec ==
            std::errc() &&
        kill(host, 0) != 0 && errno == ESRCH) {
      rmdir(entry.path().c_str());
    }
  }
}

// Returns where the mount with this root shows the group `path`, or "" if it does not.
fs::path PlaceIn(const std::string& root, const std::string& point, const std::string& path) {
  if (root == "/") { return fs::path(point) / fs::path(path).relative_path(); }
  const bool below = path == root || path.starts_with(root + "/");
  return below ? fs::path(point) / fs::path(path.substr(root.size())).relative_path() : fs::path();
}

}  // namespace

std::vector<fs::path> CgroupsOf(std::string_view mountinfo, std::string_view cgroup) {
  constexpr std::string_view kUnified = "0::";
  std::istringstream groups{std::string(cgroup)}, mounts{std::string(mountinfo)};
  std::string line, path;
  while (std::getline(groups, line)) {
    path = line.starts_with(kUnified) ? line.substr(kUnified.size()) : path;
  }
  // "36 35 98:0 ROOT POINT OPTIONS ... - TYPE SOURCE OPTIONS"
  while (!path.empty() && std::getline(mounts, line)) {
    std::istringstream fields(line);
    std::string id, parent, device, root, point;
    fields >> id >> parent >> device >> root >> point;
    const fs::path own =
        line.find(" - cgroup2 ") != std::string::npos ? PlaceIn(root, point, path) : fs::path();
    std::vector<fs::path> all;
    for (fs::path at = own.lexically_normal(); !own.empty(); at = at.parent_path()) {
      at = at.has_filename() ? at : at.parent_path();
      all.push_back(at);
      if (at == fs::path(point) || at == at.parent_path()) { return all; }
    }
  }
  return {};
}

std::vector<fs::path> OwnCgroups() {
  return CgroupsOf(TextOf("/proc/self/mountinfo"), TextOf("/proc/self/cgroup"));
}

std::unique_ptr<MemoryCgroup> MemoryCgroup::Make(const std::vector<fs::path>& parents,
                                                 std::uint64_t limit_bytes) {
  static std::atomic<unsigned> last = 0;
  for (const fs::path& parent : parents) {
    if (!HasWord(TextOf(parent / "cgroup.subtree_control"), "memory")) { continue; }
    RemoveAbandonedIn(parent);
    const fs::path directory = parent / (std::string(kGroupName) + std::to_string(getpid()) + "-" +
                                         std::to_string(++last));
    if (mkdir(directory.c_str(), 0755) != 0) { continue; }
    std::unique_ptr<MemoryCgroup> group(new MemoryCgroup(directory));
    SetControl(directory / "memory.swap.max", "0");  // fails harmlessly without swap
    SetControl(directory / "memory.oom.group", "1");
    if (SetControl(directory / "memory.max", std::to_string(limit_bytes))) { return group; }
  }
  return nullptr;
}

MemoryCgroup::~MemoryCgroup() {
  SetControl(directory_ / "cgroup.kill", "1");
  for (int i = 0; i < kRemovals && rmdir(directory_.c_str()) != 0 && errno == EBUSY; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

bool MemoryCgroup::HasRunOut() const {
  std::istringstream events(TextOf(directory_ / "memory.events"));
  std::string name;
  for (std::uint64_t count = 0; events >> name >> count;) {
    if (name == "oom_kill" && count > 0) { return true; }
  }
  return false;
}

bool JoinCgroup(const fs::path& directory) { return SetControl(directory / "cgroup.procs", "0"); }

}  // namespace lode::core
