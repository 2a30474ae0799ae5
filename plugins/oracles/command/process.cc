#include "plugins/oracles/command/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstring>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <system_error>
#include <thread>

#include "plugins/oracles/command/keeper.h"
#include "toolkit/posix/pipe.h"
#include "toolkit/posix/wait_status.h"
#include "toolkit/posix/word_pointers.h"

namespace command {
namespace {

using lode::posix::Descriptor;
using lode::posix::Pipe;
using lode::posix::PointersTo;

constexpr int kPollMilliseconds = 20;
constexpr int kGraceMilliseconds = 500;   // from SIGTERM to SIGKILL
constexpr int kDeathMilliseconds = 2000;  // from SIGKILL to the end
constexpr std::size_t kChunk = 64 << 10;  // capacity of a pipe

std::string ReasonOf(int error) { return std::system_category().message(error); }

// Returns `descriptor`, moved away from the standard streams: their numbers are free if the host
// was started without them. Throws if it is not open.
Descriptor Checked(Descriptor descriptor, const char* what) {
  if (!descriptor.is_open()) {
    const int error = errno;
    throw lode::IoError(std::string(what) + ": " + ReasonOf(error));
  }
  if (descriptor.get() > STDERR_FILENO) { return descriptor; }
  return Checked(Descriptor(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)), what);
}

// Returns a pipe away from the standard streams.
Pipe MakePipe() {
  Pipe pipe = lode::posix::MakePipe();
  constexpr const char* kWhat = "cannot make a pipe";
  return {Checked(std::move(pipe.read), kWhat), Checked(std::move(pipe.write), kWhat)};
}

// The two ends of a program's standard input. A socket, because writing to a pipe that nobody reads
// would send this process a signal.
struct Input {
  Descriptor read, write;
};

Input MakeInput(const std::filesystem::path& file) {
  if (!file.empty()) {
    return {Checked(Descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC)), file.c_str()), {}};
  }
  std::array<int, 2> ends{-1, -1};
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
  constexpr const char* kWhat = "cannot make a socket";
  return {Checked(Descriptor(ends[0]), kWhat), Checked(Descriptor(ends[1]), kWhat)};
}

// Everything the child needs to become the program, prepared before the fork.
struct Launch {
  const char* file;
  char* const* arguments;
  char* const* environment;
  const char* directory;
  int input, output, errors;
  int failure;  // receives the errno of a failure
};

// From here to exec the child makes only system calls: it is a copy of one thread, with locks in
// the state in which other threads held them. signal() and sigaction(), which POSIX allows here,
// take one in glibc 2.41.

// The structure that the kernel's rt_sigaction reads: SIG_DFL, no flags and no mask, on every
// architecture.
constexpr std::array<unsigned long, 4> kDefaultAction{};

void ResetSignals() {
  for (int number = 1; number < NSIG; ++number) {
    syscall(SYS_rt_sigaction, number, kDefaultAction.data(), nullptr, NSIG / CHAR_BIT);
  }
  constexpr unsigned long kNone = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kNone, nullptr, NSIG / CHAR_BIT);
}

// Makes everything except the standard streams close at exec, whoever opened it.
bool CloseOthersAtExec() {
  if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0) { return true; }
  rlimit limit{};  // before Linux 5.11
  getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t number = STDERR_FILENO + 1; number < limit.rlim_cur; ++number) {
    fcntl(static_cast<int>(number), F_SETFD, FD_CLOEXEC);
  }
  return true;
}

bool Prepare(const Launch& launch) {
  ResetSignals();
  return setsid() >= 0 && chdir(launch.directory) == 0 && dup2(launch.input, STDIN_FILENO) >= 0 &&
         dup2(launch.output, STDOUT_FILENO) >= 0 && dup2(launch.errors, STDERR_FILENO) >= 0 &&
         CloseOthersAtExec();
}

[[noreturn]] void Become(const void* task) {
  const Launch& launch = *static_cast<const Launch*>(task);
  if (Prepare(launch)) { execve(launch.file, launch.arguments, launch.environment); }
  const int error = errno;
  [[maybe_unused]] const auto written = write(launch.failure, &error, sizeof error);
  _exit(127);
}

// Returns the errno that the child wrote; 0 if it became the program, which closed the pipe.
int ReadFailure(const Descriptor& pipe) {
  int error = 0;
  while (read(pipe.get(), &error, sizeof error) < 0 && errno == EINTR) {}
  return error;
}

std::string StartFailure(const std::string& file, int error) {
  const bool has_file = access(file.c_str(), F_OK) == 0;
  return "cannot run " + lode::Quote(file, 200) + ": " +
         (error == ENOENT && has_file ? "the interpreter that it names is missing"
                                      : ReasonOf(error));
}

// Passes on the available bytes, at most one chunk, and closes the pipe at the end. Returns whether
// there were any.
bool Drain(Descriptor& pipe, const std::function<void(std::string_view)>& take) {
  if (!pipe.is_open()) { return false; }
  std::array<char, kChunk> buffer;
  const ssize_t size = read(pipe.get(), buffer.data(), buffer.size());
  if (size > 0) { take({buffer.data(), static_cast<std::size_t>(size)}); }
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) { pipe.Close(); }
  return size > 0;
}

}  // namespace

std::string Ending::Text() const {
  if (!by_signal) { return "exit status " + std::to_string(number); }
  return "killed by " + lode::posix::SignalText(number);
}

Process::Process(const Program& program) {
  Pipe output = MakePipe(), errors = MakePipe(), failure = MakePipe(), status = MakePipe();
  Input input = MakeInput(program.input);
  const auto arguments = PointersTo(program.arguments);
  const auto environment = PointersTo(program.environment);
  const Launch launch{program.file.c_str(),      arguments.data(),   environment.data(),
                      program.directory.c_str(), input.read.get(),   output.write.get(),
                      errors.write.get(),        failure.write.get()};
  const KeeperTask task{
      getpid(), status.write.get(), failure.write.get(), kGraceMilliseconds, Become, &launch};
  // Not fork, which would run handlers registered by libraries (OpenBLAS stops its threads).
  id_ = _Fork();
  if (id_ == 0) { Keep(task); }
  const int fork_error = errno;
  if (id_ < 0) { throw lode::IoError("cannot start a process: " + ReasonOf(fork_error)); }
  failure.write.Close();
  status.write.Close();
  if (const int error = ReadFailure(failure.read); error != 0) {
    kill(id_, SIGUSR1);  // the keeper waits for a signal even though its program is gone
    waitpid(id_, nullptr, 0);
    throw lode::IoError(StartFailure(program.file, error));
  }
  for (Pipe* pipe : {&output, &errors, &status}) { fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK); }
  input_ = std::move(input.write);
  status_ = std::move(status.read);
  output_ = std::move(output.read);
  errors_ = std::move(errors.read);
}

Process::~Process() {
  input_.Close();
  kill(id_, SIGTERM);
  if (WaitForKeeper(kGraceMilliseconds + kDeathMilliseconds)) { return; }
  kill(id_, SIGKILL);  // if it cannot be killed, it is left to the system
  waitpid(id_, nullptr, 0);
}

Ending Process::Follow(const Follower& follower) {
  return *FollowUntil(follower, [] { return false; });
}

std::optional<Ending> Process::FollowUntil(const Follower& follower,
                                           const std::function<bool()>& enough) {
  for (;;) {
    follower.check();
    // Checked first: everything the program wrote before it ended is then in the pipes. Output that
    // its remaining children continue to write is not waited for.
    const std::optional<Ending> ending = Ended();
    const bool has_news = Read(follower);
    if (enough()) {
      Drain(errors_, follower.errors);  // what it wrote before the output is a chunk at most
      return std::nullopt;
    }
    if (ending) { return ending; }
    if (!has_news) { WaitForNews(); }
  }
}

// Returns whether there was anything.
bool Process::Read(const Follower& follower) {
  const bool has_errors = Drain(errors_, follower.errors);
  return Drain(output_, follower.output) || has_errors;
}

// Reads meanwhile: a program that waits until its output is read does not read its input.
void Process::Send(std::string_view bytes, const Follower& follower) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(input_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) { return; }  // Follow() finds out why
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    if (sent < 0) {
      follower.check();
      Read(follower);
      pollfd polled{input_.get(), POLLOUT, 0};
      poll(&polled, 1, kPollMilliseconds);
    }
  }
}

bool Process::IsQuiet() const {
  pollfd polled{output_.get(), POLLIN, 0};
  return output_.is_open() && poll(&polled, 1, 0) == 0 && !Ended();
}

std::optional<Ending> Process::Ended() const {
  int status = 0;
  const ssize_t size = read(status_.get(), &status, sizeof status);
  if (size < 0) { return std::nullopt; }
  if (size != sizeof status) {
    return Ending{true, SIGKILL};  // somebody killed its keeper
  }
  return WIFSIGNALED(status) ? Ending{true, WTERMSIG(status)} : Ending{false, WEXITSTATUS(status)};
}

void Process::WaitForNews() const {
  std::array<pollfd, 3> news{{{output_.get(), POLLIN, 0},
                              {errors_.get(), POLLIN, 0},
                              {status_.get(), POLLIN, 0}}};  // -1 is ignored
  poll(news.data(), news.size(), kPollMilliseconds);
}

bool Process::WaitForKeeper(int milliseconds) {
  const auto discard = [](std::string_view) {};
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (waitpid(id_, nullptr, WNOHANG) == 0) {
    // Keeps reading: writing to a closed pipe would kill a program before it has cleaned up.
    Drain(output_, discard);
    Drain(errors_, discard);
    if (std::chrono::steady_clock::now() > end) { return false; }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace command
