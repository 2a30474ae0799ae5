// One process that evaluates, looked after by the run that started it.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/exec/message.h"
#include "core/plugin/file_descriptor.h"

namespace lode::core {

// How a worker is started: this program again, with the subcommand `worker`. It inherits the
// environment and the working directory.
struct WorkerProgram {
  std::string file;                    // absolute; "/proc/self/exe" is the program that runs now
  std::vector<std::string> arguments;  // from argv[0] on
};

// A process and its session, with a stream of messages to and from it and what it prints.
//
// It and all that it has started end with *this, and with the thread that made *this: Linux ends it
// when that thread ends. Calls do not block unless they say so. Used by that one thread.
class WorkerProcess {
 public:
  using Clock = std::chrono::steady_clock;

  // Throws HostError if it cannot be started.
  explicit WorkerProcess(const WorkerProgram& program);
  // End().
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }

  // Messages that it does not read yet wait. Throws HostError if the message is too large.
  void Send(const Message& message);

  // What has come since.
  std::vector<Message> Receive();

  // It has ended or sent what is no message; everything it sent before was received.
  bool is_over() const { return over_; }

  // What to poll() for.
  void AddTo(std::vector<pollfd>& polled) const;

  // Asks it to end: what it evaluates is cancelled, and it is to find no more questions. It has a
  // second.
  void Terminate();
  // It was asked to end and has, or its second is over.
  bool HasEndedOrMust() const;

  // Kills it and all that it has started and waits for its end, if it is not over by itself within
  // `patience`. Returns how it ended: "killed by signal 11 (Segmentation fault)", "exited with
  // status 0", or what was wrong with what it sent.
  std::string End(std::chrono::milliseconds patience = {});

  // Forgets what it has printed.
  void ClearOutput();
  // "; last output: ..." in one line, or "" if it has printed nothing since.
  std::string LastOutput() const;

 private:
  void Spawn(const WorkerProgram& program, int channel, int output);
  void Flush();
  void ReadOutput();
  void LogLines(std::string_view text);
  bool HasExited() const;
  void WaitForExit(std::chrono::milliseconds patience);
  std::string Reap();

  std::string mark_;  // NAME=VALUE in the environment of all that it starts
  pid_t pid_ = -1;
  Descriptor channel_, output_;
  std::string unsent_;
  FrameReader frames_;
  std::string tail_;  // of what it has printed
  std::string line_;  // that it has begun to print
  std::string fault_;
  bool over_ = false;
  Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace lode::core
