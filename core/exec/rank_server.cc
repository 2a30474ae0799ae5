// The work of ranks above 0.
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "core/exec/mpi_session.h"
#include "core/exec/workers.h"
#include "core/plugin/component.h"
#include "core/plugin/error.h"
#include "core/plugin/log.h"

namespace lode::core {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kFarewell{5};  // for rank 0, once this rank has been told to end
constexpr int kTerminated = 128 + SIGTERM;

std::atomic<bool> interrupted = false;

void OnSignal(int) { interrupted = true; }

void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

class RankServer {
 public:
  RankServer(MpiLink& link, WorkerProgram program) : link_(link), program_(std::move(program)) {}

  void Serve() {
    while (!ended_) {
      auto message = Receive();
      if (const auto* setup = std::get_if<Setup>(&message)) {
        Guard([&] { Begin(*setup); });
      } else if (const auto* query = std::get_if<Query>(&message)) {
        Guard([&] { Evaluate(*query); });
      } else {
        Stop(message);
      }
    }
  }

 private:
  // mpirun ends all ranks by sending each a signal. Rank 0 gets time to end in order; then this
  // rank ends, too.
  Message Receive() {
    for (;;) {
      if (auto received = link_.Receive(std::chrono::milliseconds(50))) {
        return std::move(received->message);
      }
      OnIdle();
      if (Clock::now() > deadline_) {
        workers_.reset();
        link_.Abort(kTerminated);
      }
    }
  }

  void OnIdle() {
    if (interrupted && deadline_ == Clock::time_point::max()) {
      deadline_ = Clock::now() + kFarewell;
      cancelled_ = true;
    }
  }

  // Called while waiting for the workers. Rank 0 sends nothing but requests to stop meanwhile.
  void Poll() {
    OnIdle();
    if (auto received = link_.Receive()) { Stop(received->message); }
  }

  // Must not destroy the workers while they are in a call to this object.
  void Stop(const Message& message) {
    ended_ = ended_ || std::holds_alternative<End>(message);
    cancelled_ = stopped_ = true;
    if (!busy_) { SendStopped(); }
  }

  void SendStopped() {
    workers_.reset();
    if (!ended_) { link_.Send(0, Stopped{}); }
    stopped_ = false;
  }

  void Refuse(const Refused& why) {
    workers_.reset();
    link_.Send(0, why);
  }

  template <class Function>
  void Guard(Function&& function) {
    busy_ = true;
    try {
      function();
    } catch (const CancelledError&) {  // the evaluations in flight are abandoned
      workers_.reset();
    } catch (const WorkerLost& e) {  // the host may ask another rank
      Refuse({e.what(), true});
    } catch (const HostError& e) { Refuse({e.what()}); }
    busy_ = false;
    if (stopped_) { SendStopped(); }
  }

  void Begin(const Setup& setup) {
    cancelled_ = interrupted.load();
    SetLogLevel(setup.log_level);
    run_.seed = setup.seed;
    run_.cancelled = &cancelled_;
    run_.progress = [this](const CallProgress& call) {
      link_.Send(0, Progress{call.fraction, std::string(call.what), call.prepares});
    };
    const Workers::Limits limits{setup.timeout_seconds, setup.memory_limit};
    workers_ = std::make_unique<Workers>(1, limits, setup, program_, run_, [this] { Poll(); });
    link_.Send(0, Ready{workers_->metrics(), workers_->fidelities()});
  }

  void Evaluate(const Query& query) {
    if (!workers_) {
      throw CancelledError();  // this rank was told to end
    }
    workers_->Start(query);
    link_.Send(0, Finished{query.id, workers_->Finish(query.id)});
  }

  MpiLink& link_;
  const WorkerProgram program_;
  RunContext run_;
  std::atomic<bool> cancelled_ = false;
  std::unique_ptr<Workers> workers_;
  bool busy_ = false;     // in a call to the workers
  bool stopped_ = false;  // rank 0 waits for Stopped
  bool ended_ = false;
  Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace

int ServeRank(const WorkerProgram& program) {
  CatchSignals();
  MpiLink link;
  SetLogForwarder([&link](lode_level level, std::string_view text) {
    link.Send(0, LogMessage{level, std::string(text)});
  });
  try {
    RankServer(link, program).Serve();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "lode: rank %d: %s\n", MpiRank(), e.what());
    link.Abort(1);
  }
  SetLogForwarder(nullptr);
  return 0;
}

}  // namespace lode::core
