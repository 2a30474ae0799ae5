#include "core/plugin/component_call.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>

namespace lode::core {
namespace {

constexpr int kRunFailed = 3;  // the exit status that the README documents

thread_local const char* of_this_thread = nullptr;
std::atomic<const char*> of_any_thread = nullptr;

std::atomic<SharedCall*> shared = nullptr;

void NoteShared(const char* title) noexcept {
  if (SharedCall* const call = shared.load(std::memory_order_relaxed)) {
    call->count.fetch_add(1, std::memory_order_relaxed);
    std::strncpy(call->component.data(), title != nullptr ? title : "", call->component.size() - 1);
  }
}

// Builds one line without allocating, because the heap may be corrupt.
class Line {
 public:
  void Add(const char* text) {
    const std::size_t count = std::min(std::strlen(text), text_.size() - size_);
    std::memcpy(text_.data() + size_, text, count);
    size_ += count;
  }
  void Write() const {
    [[maybe_unused]] const ssize_t wrote = write(STDERR_FILENO, text_.data(), size_);
  }

 private:
  std::array<char, 1000> text_;
  std::size_t size_ = 0;
};

}  // namespace

ComponentCall::ComponentCall(const std::string& title) noexcept : before_(of_this_thread) {
  of_this_thread = title.c_str();
  of_any_thread.store(of_this_thread, std::memory_order_relaxed);
  NoteShared(of_this_thread);
}

ComponentCall::~ComponentCall() {
  const char* mine = of_this_thread;
  of_this_thread = before_;
  of_any_thread.compare_exchange_strong(mine, before_, std::memory_order_relaxed);
  NoteShared(before_);
}

void ComponentCall::ShareIn(SharedCall* call) noexcept { shared.store(call); }

const char* ComponentCall::Current() noexcept {
  return of_this_thread != nullptr ? of_this_thread : of_any_thread.load(std::memory_order_relaxed);
}

void SayOfComponent(const char* how) noexcept {
  const char* component = ComponentCall::Current();
  Line line;
  line.Add("lode: ");
  line.Add(component != nullptr ? component : "a thread of a plugin");
  line.Add(": ");
  line.Add(how);
  line.Add("\n");
  line.Write();
}

void EndAsFailure(const char* how) noexcept {
  SayOfComponent(how);
  for (;;) {
    syscall(SYS_exit_group, kRunFailed);
  }
}

}  // namespace lode::core
