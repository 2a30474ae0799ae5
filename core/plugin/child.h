// A forked child of this program that does something that may crash, hang or end the process, and
// sends lines to its parent.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "toolkit/posix/descriptor.h"

namespace lode::core {

class Child {
 public:
  // Sends one line, which must not contain a line break, to the parent.
  using Send = std::function<void(std::string_view line)>;

  // Forks. The child runs `body` and ends with exit(0), which runs the exit handlers of the
  // libraries it has loaded, or with _exit(0) for kQuick. Its standard output and error go to
  // output(); its standard input is empty. REQUIRES: the program has one thread. Throws HostError.
  enum class Ending { kOrderly, kQuick };
  Child(const std::function<void(const Send&)>& body, Ending ending);
  // Kills it if it still runs, and the processes it has started.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  enum class Received {
    kLine,
    kEnd,      // the child has ended, and every line was received
    kSilence,  // no line arrived within the patience
    kTooLong   // a line exceeds kLongestLine
  };
  Received Receive(std::string& line, std::chrono::milliseconds patience);

  static constexpr std::size_t kLongestLine = std::size_t{64} << 20;

  // Kills it and the processes it has started.
  void Kill();
  // Waits for its end. Returns the status from waitpid().
  int Wait();
  // Returns what it has written to standard output and error so far.
  std::string output() const;

 private:
  pid_t pid_ = -1;
  posix::Descriptor lines_;   // read end
  posix::Descriptor output_;  // a file in memory
  bool ended_ = false;
  int status_ = 0;
  std::string pending_;
};

// Describes the end of a process that should have exited with status 0: "exit status 3",
// "Segmentation fault"; "" if it did.
std::string Abnormal(int wait_status);

}  // namespace lode::core
