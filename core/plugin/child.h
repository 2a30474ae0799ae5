// A forked child of this program that does what may crash, hang or end the process, and sends its
// parent lines.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace lode::core {

class Child {
 public:
  // Sends one line to the parent; it must not contain a line break.
  using Send = std::function<void(std::string_view line)>;

  // Forks; the child runs `body` and ends by exit(0), which runs the exit handlers of what it has
  // loaded, or by _exit(0) if `quick`. Its standard output and error are kept for output(), its
  // standard input is empty. REQUIRES: the program has one thread. Throws HostError.
  enum class Ending { kOrderly, kQuick };
  Child(const std::function<void(const Send&)>& body, Ending ending);
  // Kills it if it still runs, and what it has started.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  enum class Received {
    kLine,
    kEnd,      // it has ended, and every line was received
    kSilence,  // no line came within the patience
    kTooLong   // a line that does not end
  };
  Received Receive(std::string& line, std::chrono::milliseconds patience);

  static constexpr std::size_t kLongestLine = std::size_t{64} << 20;

  // Kills it and what it has started.
  void Kill();
  // Waits for its end; the status is that of waitpid().
  int Wait();
  // What it has written to standard output and error so far.
  std::string output() const;

 private:
  pid_t pid_ = -1;
  int lines_ = -1;   // read end
  int output_ = -1;  // a file in memory
  bool ended_ = false;
  int status_ = 0;
  std::string pending_;
};

// How a process ended that should have ended by itself with status 0: "exit status 3",
// "Segmentation fault"; "" if it did.
std::string Abnormal(int wait_status);

}  // namespace lode::core
