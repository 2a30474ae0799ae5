// Which component the program is calling: one that ends the program, instead of returning, is named.
#pragma once

#include <cxxabi.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace lode::core {

// Memory that several processes have: which component one of them is in.
struct SharedCall {
  std::atomic<std::uint64_t> count = 0;  // of calls so far
  std::array<char, 248> component{};     // its title; "" in none
};

// A thread is in a component's code as long as one of these lives on its stack.
class ComponentCall {
 public:
  // `title` ("optimizer 'rea'") outlives *this.
  explicit ComponentCall(const std::string& title) noexcept;
  ~ComponentCall();
  ComponentCall(const ComponentCall&) = delete;
  ComponentCall& operator=(const ComponentCall&) = delete;

  // The title of the component that this thread is in, or else of one that another thread is in;
  // nullptr if there is none. Async-signal-safe.
  static const char* Current() noexcept;

  // From here on calls of this process are noted there, too. `call` stays for good.
  static void ShareIn(SharedCall* call) noexcept;

 private:
  const char* before_;
};

// Whoever has this program decides what becomes of it when a component ends the calling thread: the
// host would wait for that thread's result, or take its absence for a result. `handler` is called in
// that thread, with how it came about, and does not return. Without one, the thread ends.
using LostThreadHandler = void (*)(const char* how) noexcept;
void OnLostThread(LostThreadHandler handler) noexcept;

// Calls what was set.
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
