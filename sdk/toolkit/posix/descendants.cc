#include "toolkit/posix/descendants.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <climits>
#include <ctime>

namespace lode::posix {
namespace {

constexpr std::size_t kMaskSize = NSIG / CHAR_BIT;

char* Append(char* at, const char* text) {
  while (*text != '\0') { *at++ = *text++; }
  *at = '\0';
  return at;
}

char* Append(char* at, pid_t number) {
  std::array<char, 12> digits{};
  std::size_t first = digits.size() - 1;
  do { digits[--first] = static_cast<char>('0' + number % 10); } while ((number /= 10) > 0);
  return Append(at, &digits[first]);
}

}  // namespace

Signals BlockOnly(Signals signals) {
  Signals before = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &signals, &before, kMaskSize);
  return before;
}

int Await(Signals signals, int milliseconds) {
  const timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
  const long number = syscall(SYS_rt_sigtimedwait, &signals, nullptr,
                              milliseconds < 0 ? nullptr : &time, kMaskSize);
  return number > 0 ? static_cast<int>(number) : 0;
}

bool AdoptDescendants() { return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0; }

bool DieWith(pid_t parent, int signal) {
  return prctl(PR_SET_PDEATHSIG, signal) == 0 && getppid() == parent;
}

Children::Children() {
  const pid_t self = getpid();
  char* at = Append(path_.data(), "/proc/");
  at = Append(at, self);
  at = Append(at, "/task/");
  at = Append(at, self);
  Append(at, "/children");
}

}  // namespace lode::posix
