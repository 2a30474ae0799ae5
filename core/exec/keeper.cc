#include "core/exec/keeper.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "toolkit/posix/descendants.h"

namespace lode::core {
namespace {

bool IsHungUp(int descriptor) {
  pollfd channel{descriptor, 0, 0};
  return poll(&channel, 1, 0) > 0 && (channel.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

[[noreturn]] void EndLike(int status) {
  if (WIFSIGNALED(status)) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;  // not that of a sanitizer, which would exit
    sigaction(WTERMSIG(status), &by_default, nullptr);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, nullptr);
    raise(WTERMSIG(status));
  }
  syscall(SYS_exit_group, WEXITSTATUS(status));  // not _exit, which the program intercepts
  __builtin_unreachable();
}

constexpr posix::Signals kAwaited = posix::SignalBit(SIGCHLD) | posix::SignalBit(SIGTERM) |
                                    posix::SignalBit(SIGHUP) | posix::SignalBit(SIGUSR1);

[[noreturn]] void Keep(pid_t worker) {
  std::optional<int> ended;  // the worker's wait status
  const auto note_end = [&](pid_t child, int status) {
    if (child == worker) { ended = status; }
  };
  while (posix::ReapEnded(note_end), !ended) {
    const int number = posix::Await(kAwaited, -1);
    if (number == SIGTERM) {
      kill(worker, SIGTERM);
    } else if (number == SIGUSR1 || number == SIGHUP) {
      kill(worker, SIGKILL);
    }
  }
  posix::EndChildren(posix::Children(), [](pid_t, int) {});
  EndLike(*ended);
}

}  // namespace

void LeaveKeeper(int descriptor) {
  const posix::Signals before = posix::BlockOnly(kAwaited);
  posix::AdoptDescendants();
  posix::DieWith(getppid(), SIGHUP);
  if (IsHungUp(descriptor)) {
    syscall(SYS_exit_group, 1);  // the host died before this process asked to be notified
  }
  const pid_t keeper = getpid();
  const pid_t worker = fork();
  if (worker > 0) {
    close_range(0, ~0U, 0);
    Keep(worker);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  const bool keeper_lives = posix::DieWith(keeper, SIGKILL);
  posix::BlockOnly(before);
  if (worker == 0 && !keeper_lives) { syscall(SYS_exit_group, 1); }
}

}  // namespace lode::core
