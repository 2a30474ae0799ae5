#include "core/exec/processors.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// A file system root with the kernel's files about control groups.
class CpuQuotaTest : public testing::Test {
 protected:
  void Write(const std::string& file, const std::string& text) const { root_.Write(file, text); }
  void Mount(const std::string& line) const {
    Write("proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n" + line + "\n");
  }
  double Quota() const { return CpuQuota(root_.path()); }

  const TemporaryDirectory root_;
};

TEST_F(CpuQuotaTest, WithoutControlGroupsThereIsNoLimit) {
  EXPECT_EQ(Quota(), kUnlimited);
  Write("proc/self/cgroup", "0::/\n");
  Mount("30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
  EXPECT_EQ(Quota(), kUnlimited);
}

TEST_F(CpuQuotaTest, Version2TakesTheSmallestQuotaOfAllGroupsAbove) {
  Mount("30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw");
  Write("proc/self/cgroup", "0::/user.slice/job\n");
  Write("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  Write("sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
  EXPECT_EQ(Quota(), 1.5);
  Write("sys/fs/cgroup/user.slice/job/cpu.max", "50000 100000\n");
  EXPECT_EQ(Quota(), 0.5);
}

TEST_F(CpuQuotaTest, Version1ReadsTheCpuController) {
  Mount(
      "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
      "34 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory");
  Write("proc/self/cgroup", "5:memory:/other\n4:cpu,cpuacct:/job\n");
  Write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "300000\n");
  Write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), 3);
  Write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(Quota(), kUnlimited);
}

// The name of a container's group outside means nothing inside.
TEST_F(CpuQuotaTest, AContainerSeesItsOwnGroupAtTheMountPoint) {
  Write("proc/self/cgroup", "4:cpu:/docker/abc\n");
  Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
  Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  for (const char* root : {"/docker/abc", "/docker/other", "/../.."}) {
    Mount(std::string("33 31 0:30 ") + root + " /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu");
    EXPECT_EQ(Quota(), 2) << root;
  }
}

// Returns the function's result from a child process, in which the function may change its own
// process.
int InChild(const std::function<int()>& function) {
  const pid_t child = fork();
  if (child == 0) { _exit(function()); }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ProcessorsTest, CountsThoseThatTheProcessMayRunOn) {
  EXPECT_EQ(InChild([] {
              cpu_set_t all, one;
              sched_getaffinity(0, sizeof all, &all);
              CPU_ZERO(&one);
              for (int i = 0; CPU_COUNT(&one) == 0; ++i) {
                if (CPU_ISSET(i, &all)) { CPU_SET(i, &one); }
              }
              sched_setaffinity(0, sizeof one, &one);
              return static_cast<int>(Processors());
            }),
            1);
}

// Uses a real group, of version 1 or 2, where one can be made.
TEST(ProcessorsTest, AreLimitedByTheQuotaOfTheControlGroup) {
  if (Processors() < 2) { GTEST_SKIP() << "there is one processor"; }
  const std::string name = "lode_test_" + std::to_string(getpid());
  const fs::path v1 = fs::path("/sys/fs/cgroup/cpu") / name, v2 = fs::path("/sys/fs/cgroup") / name;
  const bool is_v1 = fs::exists("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const fs::path group = is_v1 ? v1 : v2;
  std::error_code error;
  fs::create_directory(group, error);
  std::ofstream quota(group / (is_v1 ? "cpu.cfs_quota_us" : "cpu.max"));
  quota << "100000" << std::flush;
  if (error || !quota) {
    fs::remove(group, error);
    GTEST_SKIP() << "no control group can be made here: " << group;
  }
  EXPECT_EQ(InChild([&] {
              std::ofstream(group / "cgroup.procs") << getpid() << std::flush;
              return static_cast<int>(Processors());
            }),
            1);
  rmdir(group.c_str());
}

TEST(WaitPassively, LeavesVariablesThatTheUserHasSet) {
  setenv("OMP_WAIT_POLICY", "ACTIVE", 1);
  unsetenv("OPENBLAS_THREAD_TIMEOUT");
  unsetenv("GOMP_SPINCOUNT");
  WaitPassively();
  EXPECT_EQ(getenv("GOMP_SPINCOUNT"), nullptr);
  EXPECT_STREQ(getenv("OMP_WAIT_POLICY"), "ACTIVE");
  EXPECT_STREQ(getenv("OPENBLAS_THREAD_TIMEOUT"), "4");
  unsetenv("OMP_WAIT_POLICY");
  WaitPassively();
  EXPECT_STREQ(getenv("OMP_WAIT_POLICY"), "PASSIVE");
  EXPECT_STREQ(getenv("GOMP_SPINCOUNT"), "10000");
}

}  // namespace
}  // namespace lode::core
