#include "core/exec/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/call_page.h"
#include "core/exec/host_channel.h"
#include "core/exec/keeper.h"
#include "core/exec/memory_cgroup.h"
#include "core/exec/message.h"
#include "core/exec/network_link.h"
#include "core/exec/search_worker.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/log.h"
#include "core/search/oracles.h"

namespace lode::core {
namespace {

std::atomic<bool> cancelled = false;

void OnTerminate(int) { cancelled = true; }

// Without the host, everything that was started for it ends.
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

// Makes this process end with its host and be the first to be killed when memory runs out. Returns
// false if the host is already gone.
bool Settle() {
  Catch(SIGHUP, OnOrphaned);
  Catch(SIGTERM, OnTerminate);
  prctl(PR_SET_PDEATHSIG, SIGHUP);
  fcntl(kWorkerChannel, F_SETFD, FD_CLOEXEC);
  NoteCallsIn(kWorkerPage);
  std::ofstream("/proc/self/oom_score_adj") << 1000;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a crash must not lose what was printed
  return !IsHostGone();
}

// The evaluations that the setup describes.
class QueryServer {
 public:
  QueryServer(const Setup& setup, const std::vector<std::filesystem::path>& plugins,
              HostChannel& host)
      : run_{setup.seed,
             &cancelled,
             [&host](const CallProgress& call) {
               host.Send(Progress{call.fraction, std::string(call.what), call.prepares});
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

  Ready Report() const {
    NetworkOwner* const network = oracles_->network();
    return {oracles_->metrics(), oracles_->fidelities(), network != nullptr ? network->cells() : 0};
  }
  Message Serve(const Message& message) {
    if (const auto* call = std::get_if<NetworkCall>(&message)) {
      return Answer(oracles_->network(), *call);
    }
    return Ask(std::get<Query>(message));
  }

 private:
  Finished Ask(const Query& query) {
    const Stopwatch stopwatch;
    Evaluation evaluation = oracles_->Evaluate(query.architecture, query.fidelity, query.seed);
    evaluation.timing = stopwatch.Stop();
    std::fflush(stdout);
    return {query.id, std::move(evaluation)};
  }

  RunContext run_;
  std::unique_ptr<PluginIndex> index_;
  Pipeline pipeline_;
  std::unique_ptr<Oracles> oracles_;
};

// Serves one run. Returns the exit status.
int Serve(const Setup& setup, const std::vector<std::filesystem::path>& plugins,
          HostChannel& host) {
  std::unique_ptr<QueryServer> server;
  try {
    server = Doing("making the oracles in a process of their own",
                   [&] { return std::make_unique<QueryServer>(setup, plugins, host); });
  } catch (const CancelledError&) {  // the host no longer waits
    return 0;
  } catch (const std::exception& e) {
    host.Send(Refused{e.what()});
    return 1;
  }
  host.Send(server->Report());
  try {
    while (const auto message = host.Receive()) { host.Send(server->Serve(*message)); }
  } catch (const CancelledError&) { host.Send(Stopped{}); }
  return 0;
}

}  // namespace

const std::atomic<bool>& WorkerCancelled() { return cancelled; }

int ServeHost(const std::vector<std::filesystem::path>& plugins, void (*begun)()) {
  if (IsHostGone()) {
    throw HostError("descriptor 3 is not connected to a host: `lode run` starts workers itself");
  }
  LeaveKeeper(kWorkerChannel);
  begun();
  if (!Settle()) {
    return 0;  // the host has ended meanwhile
  }
  HostChannel host(kWorkerChannel, cancelled);
  const auto setup = host.Receive();
  if (!setup) { return 0; }
  const auto* search = std::get_if<SearchSetup>(&*setup);
  const std::string& cgroup =
      search != nullptr ? search->setup.cgroup : std::get<Setup>(*setup).cgroup;
  if (!cgroup.empty() && !JoinCgroup(cgroup)) {
    Log(LODE_DEBUG, cgroup + ": cannot be joined; the host adds up the memory of the processes");
  }
  SetLogLevel(search != nullptr ? search->setup.log_level : std::get<Setup>(*setup).log_level);
  SetLogForwarder([&host](lode_level level, std::string_view text) {
    host.Send(LogMessage{level, std::string(text)});
  });
  const int status = search != nullptr ? ServeSearch(*search, plugins, host)
                                       : Serve(std::get<Setup>(*setup), plugins, host);
  SetLogForwarder(nullptr);
  return status;
}

}  // namespace lode::core
