// One run of a program, in its own session.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolkit/posix/descriptor.h"

namespace command {

// The program to run and its inputs. Paths are absolute.
struct Program {
  std::string file;
  std::vector<std::string> arguments;    // including its own name, the first
  std::vector<std::string> environment;  // NAME=VALUE: the complete environment
  std::filesystem::path directory;       // working directory
  std::filesystem::path input;           // the file used as standard input; empty: Send() writes it
};

// How a program ended: with an exit status, or by a signal.
struct Ending {
  bool by_signal = false;
  int number = 0;

  bool good() const { return !by_signal && number == 0; }
  // "exit status 3", "killed by signal 9 (Killed)"
  std::string Text() const;
};

// Callbacks that follow a running program. If one of them throws, the program is ended.
struct Follower {
  std::function<void(std::string_view bytes)> output;  // receives standard output
  std::function<void(std::string_view bytes)> errors;  // receives standard error
  std::function<void()> check;                         // called at least every 20 ms
};

// The program inherits only its three standard streams, no blocked signals and no ignored signals,
// and it is killed, with everything it has started, if this process dies. Objects of several
// threads do not interfere with each other.
class Process {
 public:
  // Starts the program. Throws lode::IoError if that fails.
  explicit Process(const Program& program);

  // Ends the program if it still runs, and everything it has started in any way: SIGTERM, half a
  // second later SIGKILL.
  ~Process();
  Process(const Process&) = delete;

  // Follows the program until it has ended and all its output is read. Throws what the follower
  // throws. Call it once. The thread that made the object must live until then: its death kills the
  // program.
  Ending Follow(const Follower& follower);

  // The same, but stops as soon as the follower has got enough; then returns nothing. Can be called
  // again.
  std::optional<Ending> FollowUntil(const Follower& follower, const std::function<bool()>& enough);

  // Writes to the program's standard input, and follows it meanwhile. Bytes that it does not read
  // before it ends are lost.
  void Send(std::string_view bytes, const Follower& follower);

  // Returns whether the program still runs and has written nothing that was not read.
  bool IsQuiet() const;

 private:
  std::optional<Ending> Ended() const;
  bool Read(const Follower& follower);
  void WaitForNews() const;
  // Returns true if the keeper has ended and is reaped, false if time is up.
  bool WaitForKeeper(int milliseconds);

  pid_t id_ = -1;  // process id of the keeper (keeper.h)
  lode::posix::Descriptor input_, output_, errors_, status_;
};

}  // namespace command
