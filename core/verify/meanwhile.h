// Runs something else in another thread during a call, at points where the call uses its callbacks.
// Interference between two threads that happens once in a million times then happens always.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <utility>

namespace lode::verify {

class Meanwhile {
 public:
  explicit Meanwhile(std::function<void()> other) : other_(std::move(other)) {}

  // Called from inside the call. A component that locks makes the other thread wait until the call
  // has ended; then the second call cannot run at the same time, and is not repeated.
  void Happen() {
    if (locks_ || happened_ == kMost) { return; }
    ++happened_;
    under_way_ = std::async(std::launch::async, other_);
    locks_ = under_way_.wait_for(kPatience) != std::future_status::ready;
  }
  bool locks() const { return locks_; }

 private:
  static constexpr int kMost = 400;
  static constexpr std::chrono::seconds kPatience{2};

  std::function<void()> other_;
  int happened_ = 0;
  bool locks_ = false;
  std::future<void> under_way_;  // its destructor waits for the end
};

}  // namespace lode::verify
