#include "core/plugin/crash.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <system_error>

#include "core/plugin/component_call.h"

namespace lode::core {
namespace {

constexpr std::array<int, 7> kCrashes = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
constexpr std::size_t kStackSize = 65536;  // bytes; later handlers may need more than this one

std::array<struct sigaction, kCrashes.size()> before;
bool taken = false;
pid_t named = 0;  // the process whose crashes are reported
void (*name_crash)(const char* how) noexcept = nullptr;
std::atomic<bool> said = false;

// Builds "Segmentation fault (signal 11)" without allocating.
class Description {
 public:
  explicit Description(int number) {
    const char* name = sigdescr_np(number);
    Add(name != nullptr ? name : "crashed");
    Add(" (signal ");
    if (number >= 10) { AddDigit(number / 10); }
    AddDigit(number % 10);
    Add(")");
  }
  const char* text() const { return text_.data(); }

 private:
  void Add(const char* text) {
    std::strncat(text_.data(), text, text_.size() - std::strlen(text_.data()) - 1);
  }
  void AddDigit(int digit) {
    const char text[] = {static_cast<char>('0' + digit), '\0'};
    Add(text);
  }

  std::array<char, 100> text_{};
};

// When the handler returns, a fault happens again and meets the previous action. A signal that
// somebody sent must be sent again.
void OnCrash(int number, siginfo_t* info, void*) {
  if (getpid() == named && ComponentCall::Current() != nullptr && !said.exchange(true)) {
    name_crash(Description(number).text());
  }
  const auto at = std::find(kCrashes.begin(), kCrashes.end(), number) - kCrashes.begin();
  sigaction(number, &before[static_cast<std::size_t>(at)], nullptr);
  if (info->si_code <= 0) { syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), number); }
}

// Returns whether an action runs code of a library other than `plugin` itself.
bool IsInOtherLibrary(const struct sigaction& action, const std::filesystem::path& plugin) {
  Dl_info place{};
  std::error_code error;
  return dladdr(reinterpret_cast<void*>(action.sa_sigaction), &place) != 0 &&
         place.dli_fname != nullptr && !std::filesystem::equivalent(place.dli_fname, plugin, error);
}

void TakeSignal(int number, struct sigaction* previous) {
  struct sigaction action {};
  action.sa_sigaction = OnCrash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(number, &action, previous);
}

}  // namespace

void NameCrashes(void (*name)(const char* how) noexcept) {
  name_crash = name;
  named = getpid();
  LeaveCrashesToHost();
}

void LeaveCrashesToHost() {
  taken = true;
  for (std::size_t i = 0; i < kCrashes.size(); ++i) { TakeSignal(kCrashes[i], &before[i]); }
}

void ReclaimCrashHandlers(const std::filesystem::path& plugin) {
  if (!taken) { return; }
  for (const int number : kCrashes) {
    struct sigaction present {};
    sigaction(number, nullptr, &present);
    if (present.sa_sigaction != OnCrash && IsInOtherLibrary(present, plugin)) {
      TakeSignal(number, nullptr);
    }
  }
}

CrashStack::CrashStack() {
  stack_t present{};
  if (sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) { return; }
  memory_ = std::make_unique<char[]>(kStackSize);
  const stack_t mine{memory_.get(), 0, kStackSize};
  sigaltstack(&mine, nullptr);
}

CrashStack::~CrashStack() {
  if (memory_) {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
}

}  // namespace lode::core
