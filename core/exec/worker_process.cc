#include "core/exec/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "core/exec/process_tree.h"
#include "core/exec/worker.h"
#include "core/plugin/error.h"
#include "core/plugin/log.h"
#include "core/plugin/text.h"
#include "toolkit/posix/pipe.h"
#include "toolkit/posix/wait_status.h"
#include "toolkit/posix/word_pointers.h"

namespace lode::core {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kTail = 4096;   // bytes of output that are kept
constexpr std::size_t kTold = 500;    // bytes of it that go into a reason
constexpr int kPipeSize = 1 << 20;    // so that a worker that prints does not wait for a busy host
constexpr milliseconds kMercy{1000};  // from SIGTERM to SIGKILL
constexpr milliseconds kPatienceWithKilled{1000};  // for a process that was killed

[[noreturn]] void Fail(int error) {
  throw HostError("an oracle process cannot be started: " + std::string(std::strerror(error)));
}

// Moves a descriptor away from the numbers that have a meaning in the child.
posix::Descriptor MoveUp(posix::Descriptor descriptor) {
  posix::Descriptor moved(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 16));
  if (!moved.is_open()) { Fail(errno); }
  return moved;
}

struct Pair {
  posix::Descriptor ours, theirs;
};

Pair MakeChannel() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) { Fail(errno); }
  Pair pair{posix::Descriptor(ends[0]), posix::Descriptor(ends[1])};
  pair.theirs = MoveUp(std::move(pair.theirs));
  fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK);
  return pair;
}

Pair MakeOutput() {
  posix::Pipe pipe = posix::MakePipe();
  if (!pipe.read.is_open()) { Fail(errno); }
  Pair pair{std::move(pipe.read), MoveUp(std::move(pipe.write))};
  fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK);
  fcntl(pair.ours.get(), F_SETPIPE_SZ, kPipeSize);  // where the user's limit allows it
  return pair;
}

// Returns "LODE_WORKER=host.number", which is unique to one worker on this machine.
std::string NewMark() {
  static std::atomic<std::uint64_t> last = 0;
  return "LODE_WORKER=" + std::to_string(getpid()) + "." + std::to_string(++last);
}

// A worker is not a rank, even if its host is one: it must not see the variables that mpirun sets
// for ranks.
std::vector<std::string> EnvironmentWith(const std::string& mark) {
  constexpr std::array<std::string_view, 4> kDropped = {"LODE_WORKER=", "OMPI_COMM_WORLD_", "PMIX_",
                                                        "PMI_"};
  std::vector<std::string> variables{mark};
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view variable = *at;
    if (std::ranges::none_of(kDropped, [&](auto name) { return variable.starts_with(name); })) {
      variables.emplace_back(variable);
    }
  }
  return variables;
}

// The actions and attributes that posix_spawn applies between fork and exec.
class SpawnPlan {
 public:
  SpawnPlan(int channel, int output, int page) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, channel, kWorkerChannel);
    posix_spawn_file_actions_adddup2(&actions_, page, kWorkerPage);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kWorkerPage + 1);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::string DescribeExit(int wait_status) {
  if (WIFSIGNALED(wait_status)) { return "killed by " + posix::SignalText(WTERMSIG(wait_status)); }
  return "exited with status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerProgram& program, std::uint64_t memory_limit)
    : memory_limit_(memory_limit << 20),
      cgroup_(memory_limit > 0 ? MemoryCgroup::Make(OwnCgroups(), memory_limit_) : nullptr),
      mark_(NewMark()) {
  Pair channel = MakeChannel();
  Pair output = MakeOutput();
  const posix::Descriptor page = MoveUp(page_.Share());
  Spawn(program, channel.theirs.get(), output.theirs.get(), page.get());
  channel_ = std::move(channel.ours);
  output_ = std::move(output.ours);
}

void WorkerProcess::Spawn(const WorkerProgram& program, int channel, int output, int page) {
  std::vector<std::string> arguments = program.arguments;
  std::vector<std::string> variables = EnvironmentWith(mark_);
  const SpawnPlan plan(channel, output, page);
  const int error =
      posix_spawn(&pid_, program.file.c_str(), plan.actions(), plan.attributes(),
                  posix::PointersTo(arguments).data(), posix::PointersTo(variables).data());
  if (error != 0) { Fail(error); }
}

WorkerProcess::~WorkerProcess() { End(); }

void WorkerProcess::Send(const Message& message) {
  unsent_ += Frame(message);
  Flush();
}

void WorkerProcess::Flush() {
  while (!unsent_.empty()) {
    const ssize_t sent = send(channel_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) { continue; }
    if (sent < 0) {
      if (errno != EAGAIN) {
        unsent_.clear();  // the reader is gone; Receive() will notice
      }
      return;
    }
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
}

void WorkerProcess::AddTo(std::vector<pollfd>& polled) const {
  const int events = unsent_.empty() ? POLLIN : POLLIN | POLLOUT;
  if (!over_) { polled.push_back({channel_.get(), static_cast<short>(events), 0}); }
  if (output_.is_open()) { polled.push_back({output_.get(), POLLIN, 0}); }
}

std::vector<Message> WorkerProcess::Receive() {
  Flush();
  // Checks for the exit first: then nothing can arrive after what is read here. A process that the
  // worker has left behind may hold the channel open.
  bool over = HasExited();
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = recv(channel_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      frames_.Add({buffer.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || errno != EINTR) {
      over = over || got == 0 || errno != EAGAIN;
      break;
    }
  }
  std::vector<Message> messages;
  try {
    while (auto message = frames_.Next()) { messages.push_back(std::move(*message)); }
  } catch (const HostError& e) {
    fault_ = e.what();
    over = true;
  }
  ReadOutput();
  over_ = over_ || over;
  return messages;
}

void WorkerProcess::ReadOutput() {
  std::array<char, 65536> buffer;
  // Bounded, because a process that prints endlessly must not keep the host busy.
  for (int i = 0; i < 32 && output_.is_open(); ++i) {
    const ssize_t got = read(output_.get(), buffer.data(), buffer.size());
    if (got > 0) {
      LogLines({buffer.data(), static_cast<std::size_t>(got)});
    } else if (got == 0) {
      output_.Close();
    } else if (errno != EINTR) {
      return;
    }
  }
}

void WorkerProcess::LogLines(std::string_view text) {
  tail_ += text.substr(text.size() - std::min(text.size(), kTail));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), kTail));
  if (LogLevel() > LODE_DEBUG) { return; }
  line_ += text;
  for (;;) {
    const auto end = std::min(line_.find('\n'), kTail);
    if (end >= line_.size()) { return; }
    Log(LODE_DEBUG,
        "oracle process " + std::to_string(pid_) + ": " + PrintableLine(line_.substr(0, end)));
    line_.erase(0, end + (line_[end] == '\n' ? 1 : 0));
  }
}

void WorkerProcess::Terminate() {
  kill(pid_, SIGTERM);
  shutdown(channel_.get(), SHUT_WR);
  deadline_ = Clock::now() + kMercy;
}

bool WorkerProcess::ExceedsMemoryLimit() const {
  return memory_limit_ > 0 && ((cgroup_ && cgroup_->HasRunOut()) ||
                               (pid_ > 0 && ResidentBytesBelow(pid_) > memory_limit_));
}

void WorkerProcess::Interrupt() { kill(pid_, SIGTERM); }

std::string WorkerProcess::CurrentComponent() const { return PrintableLine(page_.component()); }

std::uint64_t WorkerProcess::component_calls() const { return page_.calls(); }

bool WorkerProcess::HasExited() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid == pid_;
}

bool WorkerProcess::HasEndedOrTimedOut() const { return Clock::now() >= deadline_ || HasExited(); }

void WorkerProcess::WaitForExit(milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (!HasExited() && Clock::now() < deadline) {
    ReadOutput();  // the process may be waiting for a reader
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

std::string WorkerProcess::End(milliseconds patience) {
  if (pid_ < 0) { return ""; }
  WaitForExit(fault_.empty() ? patience : milliseconds(0));
  const bool exited = HasExited();
  kill(pid_, SIGUSR1);  // the keeper ends the worker and everything that it has started
  WaitForExit(kPatienceWithKilled);
  kill(pid_, SIGKILL);
  WaitForExit(kPatienceWithKilled);
  // In case the keeper could not. This comes before the reaping: until then, no other session can
  // have the same number.
  KillFollowers(pid_, mark_);
  ReadOutput();
  const std::string ending = Reap();
  if (!fault_.empty()) { return fault_; }
  return exited ? ending : "closed its connection";
}

// Leaves a process that survives SIGKILL, in an endless system call, to the system.
std::string WorkerProcess::Reap() {
  int status = 0;
  const pid_t reaped = waitpid(std::exchange(pid_, -1), &status, WNOHANG);
  return reaped > 0 ? DescribeExit(status) : reaped == 0 ? "cannot be killed" : "ended";
}

void WorkerProcess::ClearOutput() {
  ReadOutput();
  tail_.clear();
}

std::string WorkerProcess::LastOutput() const {
  std::string text = tail_.substr(tail_.size() - std::min(tail_.size(), kTold));
  if (const auto first = text.find('\n');
      text.size() < tail_.size() && first != std::string::npos && first + 1 < text.size()) {
    text.erase(0, first + 1);  // begin with a whole line
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) { text.pop_back(); }
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3) {
    text.replace(at, 1, " | ");
  }
  return text.empty() ? "" : "; last output: " + PrintableLine(text);
}

}  // namespace lode::core
