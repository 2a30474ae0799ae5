#include "core/serve/report_maker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "toolkit/posix/word_pointers.h"

namespace lode::core {
namespace {

constexpr char kThisProgram[] = "/proc/self/exe";

[[noreturn]] void Fail(int error) {
  throw HostError("a report cannot be made: " + std::string(std::strerror(error)));
}

// Starts the program with this standard output and error.
pid_t Spawn(const std::vector<std::string>& words, int output, int messages) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  pid_t child = -1;
  const int error = posix_spawn(&child, kThisProgram, &actions, &attributes,
                                posix::PointersTo(words).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) { Fail(error); }
  return child;
}

int Reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return status;
}

std::string ContentsOf(const posix::Descriptor& file) {
  std::array<char, 4096> buffer;
  const ssize_t size = pread(file.get(), buffer.data(), buffer.size(), 0);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

ReportMaker::ReportMaker(std::vector<std::filesystem::path> plugins)
    : plugins_(std::move(plugins)), cancel_(posix::MakePipe()) {
  if (!cancel_.read.is_open()) { Fail(errno); }
}

bool ReportMaker::ReadPage(int descriptor, std::string& page) const {
  std::vector<char> buffer(std::size_t{1} << 16);
  for (;;) {
    std::array<pollfd, 2> polled{{{descriptor, POLLIN, 0}, {cancel_.read.get(), POLLIN, 0}}};
    if (poll(polled.data(), polled.size(), -1) < 0) { continue; }
    if (polled[1].revents != 0) { return false; }
    const ssize_t size = read(descriptor, buffer.data(), buffer.size());
    if (size == 0 || (size < 0 && errno != EINTR)) { return true; }
    page.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
}

ReportMaker::Outcome ReportMaker::RunReport(const std::vector<std::filesystem::path>& runs) const {
  std::vector<std::string> words{"lode"};
  for (const auto& plugin : plugins_) { words.insert(words.end(), {"--plugin", plugin.string()}); }
  words.insert(words.end(), {"report", "--out", "-", "--"});
  for (const auto& run : runs) { words.push_back(run.string()); }
  posix::Pipe page = posix::MakePipe();
  const posix::Descriptor messages(memfd_create("messages", MFD_CLOEXEC));
  if (!page.read.is_open() || !messages.is_open()) { Fail(errno); }
  const pid_t child = Spawn(words, page.write.get(), messages.get());
  page.write.Close();
  Outcome outcome;
  outcome.is_cancelled = !ReadPage(page.read.get(), outcome.page);
  if (outcome.is_cancelled) { kill(child, SIGKILL); }
  outcome.status = Reap(child);
  outcome.messages = PrintableLine(ContentsOf(messages));
  return outcome;
}

Answer ReportMaker::Make(const std::vector<std::filesystem::path>& runs,
                         const std::string& version) {
  const std::scoped_lock lock(mutex_);
  const auto known = std::ranges::find(kept_, version, [](const auto& kept) { return kept.first; });
  if (known != kept_.end()) { return known->second; }
  Outcome outcome = RunReport(runs);
  if (outcome.is_cancelled) { return TextAnswer(503, "the server ends"); }
  if (!WIFEXITED(outcome.status) || outcome.page.empty()) {
    return TextAnswer(409, "there is no report: " + outcome.messages);
  }
  Answer answer{200,
                "text/html; charset=utf-8",
                std::make_shared<const std::string>(std::move(outcome.page)),
                {}};
  kept_.emplace_front(version, answer);
  kept_.resize(std::min(kept_.size(), kKept));
  return answer;
}

}  // namespace lode::core
