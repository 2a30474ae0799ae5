// A control group (Linux, cgroup v2) that limits the memory of its processes together. Files in
// memory and shared memory count, too, whichever process created them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lode::core {

class MemoryCgroup {
 public:
  // Makes a group in the first of `parents` (the nearest) that allows such a limit. Returns null if
  // none does.
  static std::unique_ptr<MemoryCgroup> Make(const std::vector<std::filesystem::path>& parents,
                                            std::uint64_t limit_bytes);
  // Kills the group's processes and removes the group.
  ~MemoryCgroup();
  MemoryCgroup(const MemoryCgroup&) = delete;
  MemoryCgroup& operator=(const MemoryCgroup&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  // Returns whether the system has killed the group's processes because they exceeded the limit.
  bool HasRunOut() const;

 private:
  explicit MemoryCgroup(std::filesystem::path directory) : directory_(std::move(directory)) {}

  const std::filesystem::path directory_;
};

// Returns the directories of this process's control group and the groups above it, nearest first.
// Empty without cgroup v2.
std::vector<std::filesystem::path> OwnCgroups();

// Does the same from the texts of /proc/self/mountinfo and /proc/self/cgroup.
std::vector<std::filesystem::path> CgroupsOf(std::string_view mountinfo, std::string_view cgroup);

// Moves this process into a control group. Returns false if that is not allowed.
bool JoinCgroup(const std::filesystem::path& directory);

}  // namespace lode::core
