// A control group (Linux, cgroup v2) whose processes may have so much memory together, files in memory and
// shared memory included, whoever of them is still there.
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
  // In the nearest of `parents` where one with such a limit can be made; null if in none.
  static std::unique_ptr<MemoryCgroup> Make(const std::vector<std::filesystem::path>& parents,
                                            std::uint64_t limit_bytes);
  // Ends what is in it and removes it.
  ~MemoryCgroup();
  MemoryCgroup(const MemoryCgroup&) = delete;
  MemoryCgroup& operator=(const MemoryCgroup&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  // The system has ended what was in it, because it wanted more.
  bool HasRunOut() const;

 private:
  explicit MemoryCgroup(std::filesystem::path directory) : directory_(std::move(directory)) {}

  const std::filesystem::path directory_;
};

// The control group of this process and those above it, as directories; empty without cgroup v2.
std::vector<std::filesystem::path> OwnCgroups();

// The same as the texts of /proc/self/mountinfo and /proc/self/cgroup say it.
std::vector<std::filesystem::path> CgroupsOf(std::string_view mountinfo, std::string_view cgroup);

// Moves this process into a control group; false if that is not allowed.
bool JoinCgroup(const std::filesystem::path& directory);

}  // namespace lode::core
