#include "plugins/command/keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <ctime>

namespace command {
namespace {

constexpr std::size_t kMost = 4096;  // children that are asked to end
constexpr int kRoundMs = 5;          // between two checks of which children remain
constexpr int kLastRounds = 1000;    // of SIGKILL, after which remaining children are abandoned
constexpr unsigned long kAwaited =
    1UL << (SIGCHLD - 1) | 1UL << (SIGTERM - 1) | 1UL << (SIGUSR1 - 1);
constexpr std::size_t kMaskSize = NSIG / CHAR_BIT;

// The C library's functions for signals may take locks.

void Block(unsigned long mask) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, kMaskSize);
}

// Returns a signal of kAwaited; 0 if none came in time. Waits without limit if `milliseconds` is
// negative.
int Await(int milliseconds) {
  const timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
  const long number = syscall(SYS_rt_sigtimedwait, &kAwaited, nullptr,
                              milliseconds < 0 ? nullptr : &time, kMaskSize);
  return number > 0 ? static_cast<int>(number) : 0;
}

void Fail(const KeeperTask& task) {
  const int error = errno;
  [[maybe_unused]] const auto written = write(task.failure, &error, sizeof error);
  _exit(127);
}

// Iterates over the children of this process, which has a single thread.
class Children {
 public:
  explicit Children(pid_t self) {
    // "/proc/N/task/N/children"
    char* at = Append(path_.data(), "/proc/");
    at = Append(at, self);
    at = Append(at, "/task/");
    at = Append(at, self);
    Append(at, "/children");
  }

  template <class Visit>
  void ForEach(Visit&& visit) const {
    const int file = open(path_.data(), O_RDONLY | O_CLOEXEC);
    std::array<char, 4096> buffer;
    pid_t child = 0;
    for (ssize_t size; file >= 0 && (size = read(file, buffer.data(), buffer.size())) > 0;) {
      for (ssize_t i = 0; i < size; ++i) {
        const char c = buffer[static_cast<std::size_t>(i)];
        if (c >= '0' && c <= '9') {
          child = child * 10 + (c - '0');
        } else if (child > 0) {
          visit(child);
          child = 0;
        }
      }
    }
    if (file >= 0) close(file);
  }

 private:
  static char* Append(char* at, const char* text) {
    while (*text != '\0') *at++ = *text++;
    *at = '\0';
    return at;
  }
  static char* Append(char* at, pid_t number) {
    std::array<char, 12> digits{};
    std::size_t first = digits.size() - 1;
    do digits[--first] = static_cast<char>('0' + number % 10);
    while ((number /= 10) > 0);
    return Append(at, &digits[first]);
  }

  std::array<char, 64> path_{};
};

class Keeper {
 public:
  Keeper(pid_t program, int status, int grace_ms)
      : program_(program), status_(status), grace_ms_(grace_ms), children_(getpid()) {}

  [[noreturn]] void Run() {
    int told = 0;  // the parent's signal that says how to end
    while (told == 0) {
      Reap();
      const int number = Await(-1);
      told = number == SIGCHLD ? 0 : number;
    }
    if (told == SIGTERM) EndPolitely();
    End();
    _exit(0);
  }

 private:
  // Reaps children that have ended; returns whether any is left.
  bool Reap() {
    int status = 0;
    pid_t child = 0;
    while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
      if (child == program_) {
        [[maybe_unused]] const auto written = write(status_, &status, sizeof status);
        program_ = 0;
      }
    }
    return child == 0;
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
      if (asked_[i] == child) return false;
    }
    if (count_ == asked_.size()) return false;
    asked_[count_++] = child;
    return true;
  }

  void EndPolitely() {
    for (int spent = 0; spent < grace_ms_ && Reap(); spent += kRoundMs) {
      AskAll();
      if (Await(kRoundMs) == SIGUSR1) return;
    }
  }

  void End() {
    for (int round = 0; round < kLastRounds && Reap(); ++round) {
      if (program_ > 0) kill(-program_, SIGKILL);
      children_.ForEach([](pid_t child) { kill(child, SIGKILL); });
      Await(1);
    }
  }

  pid_t program_;
  const int status_;
  const int grace_ms_;
  const Children children_;
  bool asked_group_ = false;
  std::array<pid_t, kMost> asked_{};
  std::size_t count_ = 0;
};

// Closes all descriptors except one, which becomes `kept`.
void CloseAllBut(int descriptor, int kept) {
  if (descriptor != kept) dup2(descriptor, kept);
  if (close_range(0, static_cast<unsigned>(kept) - 1, 0) != 0 ||
      close_range(static_cast<unsigned>(kept) + 1, ~0U, 0) != 0) {
    for (int number = 0; number < 65536; ++number) {  // before Linux 5.9
      if (number != kept) close(number);
    }
  }
}

}  // namespace

void Keep(const KeeperTask& task) {
  constexpr int kStatus = 3;
  Block(~0UL);
  const bool ready = setsid() >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 &&
                     prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0;
  if (!ready) Fail(task);
  if (getppid() != task.parent) _exit(127);  // the parent died before the line above
  const pid_t self = getpid();
  const pid_t program = _Fork();
  if (program == 0) {
    const bool kept = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == self;
    if (kept) task.become(task.launch);
    _exit(127);
  }
  if (program < 0) Fail(task);
  CloseAllBut(task.status, kStatus);
  Keeper(program, kStatus, task.grace_ms).Run();
}

}  // namespace command
