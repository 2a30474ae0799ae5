// A line on the terminal that says what takes so long, and goes when it is done.
#pragma once

#include <chrono>
#include <string_view>

namespace lode::cli {

// Writes to standard error, if it is a terminal. One at a time.
class PassingLine {
 public:
  PassingLine();
  ~PassingLine();
  PassingLine(const PassingLine&) = delete;
  PassingLine& operator=(const PassingLine&) = delete;

  // Replaces the line. Within the first second nothing is shown.
  void Show(std::string_view text);

 private:
  const bool is_terminal_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool is_shown_ = false;
};

}  // namespace lode::cli
