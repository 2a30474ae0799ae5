// A worker process, as seen by the run that started it.
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
#include "toolkit/posix/descriptor.h"

namespace lode::core {

// How a worker is started: this program again, with the subcommand `worker`. It inherits the
// environment and the working directory.
struct WorkerProgram {
  std::string file;                    // absolute; "/proc/self/exe" is the running program
  std::vector<std::string> arguments;  // from argv[0] on
};

// A process and its session, with a stream of messages in both directions and the process's output.
//
// The process and everything that it has started end with *this, and with the thread that made
// *this: Linux ends the process when that thread ends. Calls do not block unless their comments say
// so. Only that thread may use *this.
class WorkerProcess {
 public:
  using Clock = std::chrono::steady_clock;

  // For End() of a process that is_over(). Under load, the connection closes seconds before the
  // keeper ends.
  static constexpr std::chrono::seconds kToEnd{10};

  // `memory_limit`, in MiB, applies to the process and what it starts; 0 means no limit. A control
  // group enforces it where one can be made and the Setup names it; elsewhere the owner of *this
  // must check ExceedsMemoryLimit(). Throws HostError if the process cannot be started.
  explicit WorkerProcess(const WorkerProgram& program, std::uint64_t memory_limit = 0);
  // End().
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // The ID of the keeper (keeper.h), whose child the worker is.
  pid_t pid() const { return pid_; }

  // The control group that the process must join, for its Setup; "" if none.
  std::string cgroup() const { return cgroup_ ? cgroup_->directory().string() : ""; }
  // Returns whether the process uses, or tried to use, more memory than the limit.
  bool ExceedsMemoryLimit() const;

  // Queues messages that the process does not read yet. Throws HostError if the message is too
  // large.
  void Send(const Message& message);

  // Returns the messages that have arrived since the last call.
  std::vector<Message> Receive();

  // Returns whether the process has ended or sent an invalid message. Everything that it sent
  // before has been received.
  bool is_over() const { return over_; }

  // Adds the descriptors and events to poll() for.
  void AddTo(std::vector<pollfd>& polled) const;

  // Asks the process to end: its evaluation is cancelled, and it gets no more queries. It has a
  // second to do so.
  void Terminate();
  // Tells the process to stop its work, as Terminate() does, but the connection stays open for
  // answers.
  void Interrupt();

  // Returns the title of the component that the process is in, or was in when it ended, such as
  // "optimizer 'rea'"; "" if it is in none.
  std::string CurrentComponent() const;
  // Returns how many calls into components the process has made.
  std::uint64_t component_calls() const;

  // Returns whether the process has ended, or its second after Terminate() is over.
  bool HasEndedOrTimedOut() const;

  // Waits up to `patience` for the process to end by itself, then kills it and everything that it
  // has started, and waits for the end. Returns how it ended: "killed by signal 11 (Segmentation
  // fault)", "exited with status 0", or what was wrong with what it sent.
  std::string End(std::chrono::milliseconds patience = {});

  // Discards the output so far.
  void ClearOutput();
  // Returns "; last output: ..." in one line, or "" if nothing was printed since ClearOutput().
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
  std::string mark_;  // NAME=VALUE in the environment of everything it starts
  pid_t pid_ = -1;
  CallPage page_;
  posix::Descriptor channel_, output_;
  std::string unsent_;
  FrameReader frames_;
  std::string tail_;  // of the output
  std::string line_;  // an unfinished line of the output
  std::string fault_;
  bool over_ = false;
  Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace lode::core
