#include "core/plugin/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

#include "core/plugin/error.h"
#include "toolkit/posix/pipe.h"

namespace lode::core {
namespace {

[[noreturn]] void Fail(const char* what) {
  throw HostError(std::string(what) + ": " + std::strerror(errno));
}

void WriteAll(int out, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = write(out, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) { continue; }
    if (wrote <= 0) {
      _exit(1);  // the parent is gone
    }
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

void Redirect(int output) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  close(null);
}

// Closes all descriptors except the standard streams and `kept`: a plugin must not see other
// open files.
void CloseOthers(int kept) {
  if (kept > STDERR_FILENO + 1) {
    close_range(STDERR_FILENO + 1, static_cast<unsigned>(kept) - 1, 0);
  }
  close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
}

// No exception may leave the child: it would continue as a second parent.
void Run(const std::function<void()>& body) {
  try {
    body();
  } catch (const std::exception& e) {
    WriteAll(STDERR_FILENO, e.what());
    _exit(1);
  } catch (...) { _exit(1); }
}

}  // namespace

Child::Child(const std::function<void(const Send&)>& body, Ending ending) {
  output_ = posix::Descriptor(memfd_create("output", MFD_CLOEXEC));
  posix::Pipe lines = posix::MakePipe();
  if (!output_.is_open() || !lines.write.is_open()) { Fail("cannot make a child process"); }
  std::fflush(nullptr);
  pid_ = fork();
  if (pid_ < 0) { Fail("cannot make a child process"); }
  if (pid_ == 0) {
    setpgid(0, 0);  // a group with the processes it starts; it dies with its parent
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Redirect(output_.get());
    const int out = lines.write.get();
    CloseOthers(out);
    Run([&] { body([&](std::string_view line) { WriteAll(out, std::string(line) + '\n'); }); });
    if (ending == Ending::kQuick) { _exit(0); }
    std::exit(0);
  }
  setpgid(pid_, pid_);  // in parent and child, because either may be first
  lines_ = std::move(lines.read);
}

Child::~Child() {
  Kill();
  Wait();
}

Child::Received Child::Receive(std::string& line, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end_of_patience = Clock::now() + patience;
  std::size_t searched = 0;
  for (;;) {
    if (const auto end = pending_.find('\n', searched); end != std::string::npos) {
      line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return Received::kLine;
    }
    searched = pending_.size();
    if (searched > kLongestLine) { return Received::kTooLong; }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_of_patience - Clock::now());
    pollfd ready{lines_.get(), POLLIN, 0};
    const int count = left.count() > 0 ? poll(&ready, 1, static_cast<int>(left.count())) : 0;
    if (count == 0) { return Received::kSilence; }
    char buffer[65536];
    const ssize_t got = count < 0 ? -1 : read(lines_.get(), buffer, sizeof buffer);
    if (got == 0) { return Received::kEnd; }
    if (got > 0) {
      pending_.append(buffer, static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      return Received::kEnd;
    }
  }
}

void Child::Kill() { kill(-pid_, SIGKILL); }

int Child::Wait() {
  while (!ended_) { ended_ = waitpid(pid_, &status_, 0) == pid_ || errno != EINTR; }
  return status_;
}

std::string Child::output() const {
  std::string text(static_cast<std::size_t>(lseek(output_.get(), 0, SEEK_END)), '\0');
  const ssize_t got = pread(output_.get(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::string Abnormal(int wait_status) {
  if (WIFSIGNALED(wait_status)) { return strsignal(WTERMSIG(wait_status)); }
  const int status = WEXITSTATUS(wait_status);
  return status == 0 ? "" : "exit status " + std::to_string(status);
}

}  // namespace lode::core
