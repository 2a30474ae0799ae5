#include "plugins/oracles/command/keeper.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "toolkit/posix/descendants.h"

namespace command {
namespace {

namespace posix = lode::posix;

constexpr std::size_t kMost = 4096;  // children that are asked to end
constexpr int kRoundMs = 5;          // between two checks of which children remain
constexpr posix::Signals kAwaited =
    posix::SignalBit(SIGCHLD) | posix::SignalBit(SIGTERM) | posix::SignalBit(SIGUSR1);

void Fail(const KeeperTask& task) {
  const int error = errno;
  [[maybe_unused]] const auto written = write(task.failure, &error, sizeof error);
  _exit(127);
}

class Keeper {
 public:
  Keeper(pid_t program, int status, int grace_ms)
      : program_(program), status_(status), grace_ms_(grace_ms) {}

  [[noreturn]] void Run() {
    int told = 0;  // the parent's signal that says how to end
    while (told == 0) {
      Reap();
      const int number = posix::Await(kAwaited, -1);
      told = number == SIGCHLD ? 0 : number;
    }
    if (told == SIGTERM) { EndPolitely(); }
    End();
    _exit(0);
  }

 private:
  // Reports the program's end if it is this child.
  void NoteEnd(pid_t child, int status) {
    if (child != program_) { return; }
    [[maybe_unused]] const auto written = write(status_, &status, sizeof status);
    program_ = 0;
  }
  // Reaps children that have ended; returns whether any is left.
  bool Reap() {
    return posix::ReapEnded([this](pid_t child, int status) { NoteEnd(child, status); });
  }

  // Asks each child once, and the program's group; children inherited from a dead child are asked
  // later.
  void AskAll() {
    if (program_ > 0 && !asked_group_) {
      kill(-program_, SIGTERM);
      kill(-program_, SIGCONT);
      asked_group_ = true;
      Remember(program_);
    }
    children_.ForEach([this](pid_t child) {
      if (Remember(child)) {
        kill(child, SIGTERM);
        kill(child, SIGCONT);
      }
    });
  }

  // Returns whether the child is new and there is room for it.
  bool Remember(pid_t child) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (asked_[i] == child) { return false; }
    }
    if (count_ == asked_.size()) { return false; }
    asked_[count_++] = child;
    return true;
  }

  void EndPolitely() {
    for (int spent = 0; spent < grace_ms_ && Reap(); spent += kRoundMs) {
      AskAll();
      if (posix::Await(kAwaited, kRoundMs) == SIGUSR1) { return; }
    }
  }

  void End() {
    if (program_ > 0) { kill(-program_, SIGKILL); }
    posix::EndChildren(children_, [this](pid_t child, int status) { NoteEnd(child, status); });
  }

  pid_t program_;
  const int status_;
  const int grace_ms_;
  const posix::Children children_;
  bool asked_group_ = false;
  std::array<pid_t, kMost> asked_{};
  std::size_t count_ = 0;
};

// Closes all descriptors except one, which becomes `kept`.
void CloseAllBut(int descriptor, int kept) {
  if (descriptor != kept) { dup2(descriptor, kept); }
  if (close_range(0, static_cast<unsigned>(kept) - 1, 0) != 0 ||
      close_range(static_cast<unsigned>(kept) + 1, ~0U, 0) != 0) {
    for (int number = 0; number < 65536; ++number) {  // before Linux 5.9
      if (number != kept) { close(number); }
    }
  }
}

}  // namespace

void Keep(const KeeperTask& task) {
  constexpr int kStatus = 3;
  posix::BlockOnly(~0UL);
  if (setsid() < 0 || !posix::AdoptDescendants()) { Fail(task); }
  if (!posix::DieWith(task.parent, SIGUSR1)) { _exit(127); }
  const pid_t self = getpid();
  const pid_t program = _Fork();
  if (program == 0) {
    if (posix::DieWith(self, SIGKILL)) { task.become(task.launch); }
    _exit(127);
  }
  if (program < 0) { Fail(task); }
  CloseAllBut(task.status, kStatus);
  Keeper(program, kStatus, task.grace_ms).Run();
}

}  // namespace command
