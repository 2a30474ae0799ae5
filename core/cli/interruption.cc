#include "core/cli/interruption.h"

#include <csignal>

#include "core/cli/command.h"
#include "core/cli/exit_guard.h"

namespace lode::cli {

std::atomic<bool> interrupted = false;

namespace {

void OnSignal(int) {
  if (interrupted.exchange(true)) {
    Leave(kInterrupted);  // what is stored is stored
  }
}

}  // namespace

void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) {  // as nohup has it
    sigaction(SIGHUP, &action, nullptr);
  }
}

}  // namespace lode::cli
