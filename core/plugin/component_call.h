// Tracks which component the program is calling, to name the component if it ends the program
// instead of returning.
#pragma once

#include <cxxabi.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace lode::core {

// Memory shared by several processes that notes which component one of them is in.
struct SharedCall {
  std::atomic<std::uint64_t> count = 0;  // number of calls so far
  std::array<char, 248> component{};     // its title; "" if none
};

// A thread is in a component's code as long as one of these objects is on its stack.
class ComponentCall {
 public:
  // `title` ("optimizer 'rea'") outlives *this.
  explicit ComponentCall(const std::string& title) noexcept;
  ~ComponentCall();
  ComponentCall(const ComponentCall&) = delete;
  ComponentCall& operator=(const ComponentCall&) = delete;

  // Returns the title of the component that this thread is in, or else of one that another thread
  // is in; nullptr if there is none. Async-signal-safe.
  static const char* Current() noexcept;

  // From now on, also notes the calls of this process in `call`, which must exist forever.
  static void ShareIn(SharedCall* call) noexcept;

 private:
  const char* before_;
};

// Sets what happens when a component ends the calling thread: the host would wait for that thread's
// result, or mistake its absence for a result. The program decides. `handler` is called in that
// thread, with how it happened, and does not return. Without a handler, the thread ends.
using LostThreadHandler = void (*)(const char* how) noexcept;
void OnLostThread(LostThreadHandler handler) noexcept;

// Calls the handler.
void ReportLostThread(const char* how) noexcept;

// Calls into a component.
template <class Function>
decltype(auto) CallComponent(const std::string& title, Function&& function) {
  const ComponentCall call(title);
  try {
    return std::forward<Function>(function)();
  } catch (const abi::__forced_unwind&) {
    ReportLostThread("ended its caller's thread by pthread_exit");
    throw;
  }
}

}  // namespace lode::core
