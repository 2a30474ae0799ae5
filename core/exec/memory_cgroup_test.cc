#include "core/exec/memory_cgroup.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(MemoryCgroup, IsSearchedForFromTheOwnGroupUpwards) {
  const std::string mounts =
      "25 30 0:23 / /sys rw - sysfs sysfs rw\n"
      "35 25 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
  EXPECT_THAT(CgroupsOf(mounts, "0::/user.slice/a.scope\n"),
              ElementsAre("/sys/fs/cgroup/user.slice/a.scope", "/sys/fs/cgroup/user.slice",
                          "/sys/fs/cgroup"));
  EXPECT_THAT(CgroupsOf(mounts, "4:memory:/x\n0::/\n"), ElementsAre("/sys/fs/cgroup"));
  EXPECT_THAT(CgroupsOf("35 25 0:30 /pod /cg rw - cgroup2 none rw\n", "0::/pod/run\n"),
              ElementsAre("/cg/run", "/cg"));
  EXPECT_THAT(CgroupsOf("35 25 0:30 /pod /cg rw - cgroup2 none rw\n", "0::/other\n"), IsEmpty());
  EXPECT_THAT(CgroupsOf("35 25 0:30 / /cg rw - cgroup cgroup rw,memory\n", "4:memory:/\n"),
              IsEmpty());
  EXPECT_THAT(CgroupsOf("", ""), IsEmpty());
}

class FakeCgroups : public testing::Test {
 protected:
  void Put(const std::string& file, const std::string& text) const {
    fs::create_directories((dir_.path() / file).parent_path());
    std::ofstream(dir_.path() / file) << text;
  }
  const TemporaryDirectory dir_;
};

TEST_F(FakeCgroups, MakesNoneWhereMemoryIsNotControlled) {
  Put("a/cgroup.subtree_control", "cpu pids\n");
  EXPECT_EQ(MemoryCgroup::Make({dir_.path() / "a", dir_.path()}, 1 << 20), nullptr);
  // A real control file appears in a new directory by itself; a plain file does not. The limit
  // cannot be set, and nothing is left behind.
  Put("b/cgroup.subtree_control", "cpu memory\n");
  EXPECT_EQ(MemoryCgroup::Make({dir_.path() / "b"}, 1 << 20), nullptr);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path() / "b"), fs::directory_iterator()), 1);
}

TEST(MemoryCgroup, LimitsWhereTheSystemLetsUsMakeOne) {
  const auto group = MemoryCgroup::Make(OwnCgroups(), 64 << 20);
  if (!group) { GTEST_SKIP() << "no control group with a memory limit can be made here"; }
  std::ostringstream limit;
  limit << std::ifstream(group->directory() / "memory.max").rdbuf();
  EXPECT_EQ(limit.str(), std::to_string(64 << 20) + "\n");
  EXPECT_FALSE(group->HasRunOut());
}

}  // namespace
}  // namespace lode::core
