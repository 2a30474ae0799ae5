#include "core/exec/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/message.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/log.h"
#include "core/search/oracles.h"

namespace lode::core {
namespace {

std::atomic<bool> cancelled = false;

void OnTerminate(int) { cancelled = true; }

// The host is gone: so is everything that was started for it.
void OnOrphaned(int) { kill(0, SIGKILL); }

void Catch(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // interrupts what waits for a message
  sigaction(number, &action, nullptr);
}

bool IsHostGone() {
  pollfd channel{kWorkerChannel, 0, 0};
  return poll(&channel, 1, 0) > 0 && (channel.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Ends with the host, and is the first to be ended when memory runs out.
bool Settle() {
  Catch(SIGHUP, OnOrphaned);
  Catch(SIGTERM, OnTerminate);
  prctl(PR_SET_PDEATHSIG, SIGHUP);
  fcntl(kWorkerChannel, F_SETFD, FD_CLOEXEC);
  std::ofstream("/proc/self/oom_score_adj") << 1000;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a crash must not lose what was printed
  return !IsHostGone();
}

// The stream of messages to and from the host.
class Host {
 public:
  // Nothing if the host has hung up or SIGTERM came. Throws HostError.
  std::optional<Message> Receive() {
    for (;;) {
      if (auto message = frames_.Next()) {
        return message;
      }
      if (cancelled) {
        return std::nullopt;
      }
      std::array<char, 65536> buffer;
      const ssize_t got = recv(kWorkerChannel, buffer.data(), buffer.size(), 0);
      if (got > 0) {
        frames_.Add({buffer.data(), static_cast<std::size_t>(got)});
      } else if (got == 0 || errno != EINTR) {
        return std::nullopt;
      }
    }
  }

  // Any thread. What cannot be sent any more is lost: the host has hung up.
  void Send(const Message& message) {
    const std::string frame = Frame(message);
    std::string_view rest = frame;
    const std::lock_guard lock(mutex_);
    while (!rest.empty()) {
      const ssize_t sent = send(kWorkerChannel, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EINTR) {
        return;
      }
      rest.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
  }

 private:
  FrameReader frames_;
  std::mutex mutex_;
};

// What the setup asks for.
class Evaluation {
 public:
  Evaluation(const Setup& setup, const std::vector<std::filesystem::path>& plugins, Host& host)
      : run_{setup.seed,
             &cancelled,
             [&host](double fraction, std::string_view what) {
               host.Send(Progress{fraction, std::string(what)});
             },
             {},
             setup.prepared} {
    const Document document = Document::FromText(setup.pipeline, "the pipeline from the host");
    index_ = std::make_unique<PluginIndex>(MakeSearchPath(plugins, PluginPaths(document)),
                                           IndexCacheFile());
    pipeline_ = ResolveOne(document, *index_);
    oracles_ =
        std::make_unique<Oracles>(pipeline_, *index_, run_, MeasuringOracles(pipeline_, *index_));
  }

  const MetricLists& metrics() const { return oracles_->metrics(); }
  Answer Ask(const Question& question) {
    Measurement measurement = oracles_->Measure(question.architecture, question.seed);
    std::fflush(stdout);
    return {question.id, std::move(measurement)};
  }

 private:
  RunContext run_;
  std::unique_ptr<PluginIndex> index_;
  Pipeline pipeline_;
  std::unique_ptr<Oracles> oracles_;
};

// Serves one run. Returns the exit status.
int Serve(const Setup& setup, const std::vector<std::filesystem::path>& plugins, Host& host) {
  std::unique_ptr<Evaluation> evaluation;
  try {
    evaluation = Doing("making the oracles in a process of their own",
                       [&] { return std::make_unique<Evaluation>(setup, plugins, host); });
  } catch (const CancelledError&) {
    return 0;
  } catch (const std::exception& e) {
    host.Send(Refused{e.what()});
    return 1;
  }
  host.Send(Ready{evaluation->metrics()});
  try {
    while (const auto message = host.Receive()) {
      host.Send(evaluation->Ask(std::get<Question>(*message)));
    }
  } catch (const CancelledError&) {
    host.Send(Stopped{});
  }
  return 0;
}

}  // namespace

int ServeHost(const std::vector<std::filesystem::path>& plugins) {
  if (!Settle()) {
    throw HostError("nobody is at descriptor 3: lode run starts workers by itself");
  }
  Host host;
  const auto setup = host.Receive();
  if (!setup) {
    return 0;
  }
  SetLogLevel(std::get<Setup>(*setup).log_level);
  SetLogForwarder([&host](lode_level level, std::string_view text) {
    host.Send(LogMessage{level, std::string(text)});
  });
  const int status = Serve(std::get<Setup>(*setup), plugins, host);
  SetLogForwarder(nullptr);
  return status;
}

}  // namespace lode::core
