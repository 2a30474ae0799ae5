#include "toolkit/posix/descendants.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <string>
#include <vector>

#include "toolkit/posix/wait_status.h"

namespace lode::posix {
namespace {

// Forks a process that starts a child in a session of its own and leaves it behind.
pid_t LeaveAnOrphan() {
  const pid_t parent = fork();
  if (parent == 0) {
    if (fork() == 0) {
      setsid();
      for (;;) { pause(); }
    }
    _exit(7);
  }
  return parent;
}

// Runs in a forked process, because adoption concerns the whole process.
int EndingsOfAnOrphanedFamily() {
  AdoptDescendants();
  const pid_t parent = LeaveAnOrphan();
  bool parent_exited = false, orphan_killed = false;
  EndChildren(Children(), [&](pid_t child, int status) {
    parent_exited = parent_exited || (child == parent && WIFEXITED(status));
    orphan_killed = orphan_killed || (child != parent && WIFSIGNALED(status));
  });
  // The parent may have been killed before it exited; its child is ended in any case.
  return (orphan_killed || !parent_exited) && waitpid(-1, nullptr, WNOHANG) < 0 ? 0 : 1;
}

TEST(DescendantsTest, OrphansInOtherSessionsAreEnded) {
  const pid_t child = fork();
  if (child == 0) { _exit(EndingsOfAnOrphanedFamily()); }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(DescendantsTest, ChildrenAreListedUntilTheyAreReaped) {
  const pid_t one = fork();
  if (one == 0) { _exit(3); }
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(one), &info, WEXITED | WNOWAIT);  // now a zombie
  std::vector<pid_t> listed;
  const Children children;
  children.ForEach([&](pid_t child) { listed.push_back(child); });
  EXPECT_EQ(listed, std::vector<pid_t>{one});
  int seen = -1;
  EXPECT_FALSE(ReapEnded([&](pid_t, int status) { seen = WEXITSTATUS(status); }));
  EXPECT_EQ(seen, 3);
}

TEST(DescendantsTest, AChildWhoseParentIsGoneIsTold) {
  EXPECT_FALSE(DieWith(getppid() + 1, 0));  // nobody's number but its own
  EXPECT_TRUE(DieWith(getppid(), 0));
}

TEST(WaitStatusTest, SignalsHaveNumbersAndNames) {
  EXPECT_EQ(SignalText(SIGSEGV), "signal 11 (Segmentation fault)");
  EXPECT_EQ(SignalText(4000), "signal 4000");
}

}  // namespace
}  // namespace lode::posix
