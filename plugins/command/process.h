// One run of a program, in a session of its own.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_COMMAND_PROCESS_H_
#define LODE_PLUGINS_COMMAND_PROCESS_H_

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace command {

// An open file descriptor, closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { Close(); }

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void Close();

 private:
  int number_ = -1;
};

// What is run, and with what. Paths are absolute.
struct Program {
  std::string file;
  std::vector<std::string> arguments;    // with its own name, the first
  std::vector<std::string> environment;  // NAME=VALUE: all that it gets
  std::filesystem::path directory;       // where it runs
  std::filesystem::path input;           // the file that is its standard input
};

// How a program ended: with an exit status, or by a signal.
struct Ending {
  bool by_signal = false;
  int number = 0;

  bool good() const { return !by_signal && number == 0; }
  // "exit status 3", "killed by signal 9 (Killed)"
  std::string Text() const;
};

// Who follows a running program. What its functions throw ends the program.
struct Follower {
  std::function<void(std::string_view bytes)> output;  // what came on standard output
  std::function<void(std::string_view bytes)> errors;  // what came on standard error
  std::function<void()> check;                         // called every 20 ms at least
};

// It inherits no descriptor but its three standard streams, no blocked signal and no ignored one,
// and it is killed, with all that it has started, if this process dies. Objects of several threads do not disturb each other.
class Process {
 public:
  // Starts the program. Throws lode::IoError if that fails.
  explicit Process(const Program& program);

  // Ends the program if it still runs, and all that it has started, whatever has become of it: SIGTERM,
  // half a second later SIGKILL.
  ~Process();
  Process(const Process&) = delete;

  // Follows it until it has ended and all that it wrote is read. Throws what the follower throws.
  // Called once, by the thread that made the object: the death of that thread kills the program.
  Ending Follow(const Follower& follower);

 private:
  std::optional<Ending> Ended() const;
  void WaitForNews() const;
  // True if it has ended and is reaped, false if time is up.
  bool WaitForKeeper(int milliseconds);

  pid_t id_ = -1;  // of its keeper (keeper.h)
  Descriptor output_, errors_, status_;
};

}  // namespace command

#endif  // LODE_PLUGINS_COMMAND_PROCESS_H_
