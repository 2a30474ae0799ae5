// Something else that happens in another thread while a call is under way, at a point of the call
// that its callbacks give: what two threads do to each other once in a million times happens always.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <utility>

namespace lode::verify {

class Meanwhile {
 public:
  explicit Meanwhile(std::function<void()> other) : other_(std::move(other)) {}

  // Called from inside the call. A component that locks lets the other thread wait until the call
  // has ended: nothing can happen meanwhile then, nor is it tried again.
  void Happen() {
    if (locks_ || happened_ == kMost) return;
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
  std::future<void> under_way_;  // its end is waited for
};

}  // namespace lode::verify
