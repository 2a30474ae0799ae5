#include "core/exec/keeper.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "core/exec/process_tree.h"

namespace lode::core {
namespace {

constexpr int kRounds =
    2000;  // of a millisecond: one that starts others faster than that is left alone

bool IsHungUp(int descriptor) {
  pollfd channel{descriptor, 0, 0};
  return poll(&channel, 1, 0) > 0 && (channel.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Each child that dies gives its own children to this process.
void EndChildren() {
  for (int round = 0; round < kRounds; ++round) {
    for (const pid_t child : ChildrenOf(getpid())) {
      kill(child, SIGKILL);
    }
    pid_t reaped = 0;
    while ((reaped = waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (reaped < 0 && errno == ECHILD) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Whether the worker has ended; its status if it has. Reaps all that have.
bool HasEnded(pid_t worker, int& status) {
  bool ended = false;
  int one = 0;
  for (pid_t child = 0; (child = waitpid(-1, &one, WNOHANG)) > 0;) {
    if (child == worker) {
      ended = true;
      status = one;
    }
  }
  return ended;
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
  syscall(SYS_exit_group, WEXITSTATUS(status));  // not _exit, which the program watches
  __builtin_unreachable();
}

[[noreturn]] void Keep(pid_t worker, const sigset_t& awaited) {
  int status = 0;
  while (!HasEnded(worker, status)) {
    const int number = sigwaitinfo(&awaited, nullptr);
    if (number == SIGTERM) {
      kill(worker, SIGTERM);
    } else if (number == SIGUSR1 || number == SIGHUP) {
      kill(worker, SIGKILL);
    }
  }
  EndChildren();
  EndLike(status);
}

sigset_t Awaited() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGTERM, SIGHUP, SIGUSR1}) {
    sigaddset(&set, number);
  }
  return set;
}

}  // namespace

void LeaveKeeper(int descriptor) {
  const sigset_t awaited = Awaited();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &awaited, &before);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_PDEATHSIG, SIGHUP);
  if (IsHungUp(descriptor)) {
    syscall(SYS_exit_group, 1);  // the host was gone before this process asked to be told
  }
  const pid_t keeper = getpid();
  const pid_t worker = fork();
  if (worker > 0) {
    close_range(0, ~0U, 0);
    Keep(worker, awaited);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (worker == 0 && getppid() != keeper) {
    syscall(SYS_exit_group, 1);
  }
}

}  // namespace lode::core
