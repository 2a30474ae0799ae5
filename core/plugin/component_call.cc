#include "core/plugin/component_call.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace lode::core {
namespace {

thread_local const char* of_this_thread = nullptr;

// The same of all threads, in any order. If more threads call at once than there are places, some
// are not noted; that only matters if a thread that a plugin started ends the program.
std::array<std::atomic<const char*>, 64> of_all_threads;

void Replace(const char* from, const char* to) noexcept {
  std::ranges::any_of(of_all_threads, [=](std::atomic<const char*>& place) {
    const char* expected = from;
    return place.compare_exchange_strong(expected, to, std::memory_order_relaxed);
  });
}

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
  Replace(before_, of_this_thread);
  NoteShared(of_this_thread);
}

ComponentCall::~ComponentCall() {
  Replace(of_this_thread, before_);
  of_this_thread = before_;
  NoteShared(before_);
}

void ComponentCall::ShareIn(SharedCall* call) noexcept { shared.store(call); }

const char* ComponentCall::Current() noexcept {
  if (of_this_thread != nullptr) { return of_this_thread; }
  for (const auto& place : of_all_threads) {
    if (const char* const title = place.load(std::memory_order_relaxed)) { return title; }
  }
  return nullptr;
}

void OnLostThread(LostThreadHandler handler) noexcept { lost_thread = handler; }

void ReportLostThread(const char* how) noexcept {
  if (const LostThreadHandler handler = lost_thread) { handler(how); }
}

}  // namespace lode::core
