#include "core/plugin/component_call.h"

#include <atomic>
#include <cstring>

namespace lode::core {
namespace {

thread_local const char* of_this_thread = nullptr;
std::atomic<const char*> of_any_thread = nullptr;

std::atomic<SharedCall*> shared = nullptr;
std::atomic<LostThreadHandler> lost_thread = nullptr;

void NoteShared(const char* title) noexcept {
  if (SharedCall* const call = shared.load(std::memory_order_relaxed)) {
    call->count.fetch_add(1, std::memory_order_relaxed);
    std::strncpy(call->component.data(), title != nullptr ? title : "", call->component.size() - 1);
  }
}

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

void OnLostThread(LostThreadHandler handler) noexcept { lost_thread = handler; }

void ReportLostThread(const char* how) noexcept {
  if (const LostThreadHandler handler = lost_thread) {
    handler(how);
  }
}

}  // namespace lode::core
