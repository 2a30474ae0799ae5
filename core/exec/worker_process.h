// One process that evaluates, looked after by the run that started it.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/exec/call_page.h"
#include "core/exec/memory_cgroup.h"
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

  // For End() of one that is_over(): under load the connection closes seconds before its keeper ends.
  static constexpr std::chrono::seconds kToEnd{10};

  // `memory_limit`: MiB, of it and what it starts; 0: none. Kept by a control group where one can be made
  // and the Setup names it; who looks after the process sees to it elsewhere. Throws HostError if it
  // cannot be started.
  explicit WorkerProcess(const WorkerProgram& program, std::uint64_t memory_limit = 0);
  // End().
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // Of its keeper (keeper.h), whose child it is.
  pid_t pid() const { return pid_; }

  // For its Setup: the control group that it is to join, or "".
  std::string cgroup() const { return cgroup_ ? cgroup_->directory().string() : ""; }
  // More memory than the limit is in use, or was wanted.
  bool ExceedsMemoryLimit() const;

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
  // Tells it to stop what it does, as Terminate does; it is still answered.
  void Interrupt();

  // The title of the component that it is in, "optimizer 'rea'", or was in when it ended; "" if in none.
  std::string CurrentComponent() const;
  // How many calls into components it has made.
  std::uint64_t component_calls() const;

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
  void Spawn(const WorkerProgram& program, int channel, int output, int page);
  void Flush();
  void ReadOutput();
  void LogLines(std::string_view text);
  bool HasExited() const;
  void WaitForExit(std::chrono::milliseconds patience);
  std::string Reap();

  const std::uint64_t memory_limit_;  // bytes
  std::unique_ptr<MemoryCgroup> cgroup_;
  std::string mark_;  // NAME=VALUE in the environment of all that it starts
  pid_t pid_ = -1;
  CallPage page_;
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
