#include "core/cli/interruption.h"

#include <csignal>

#include "core/cli/command.h"
#include "core/cli/exit_guard.h"

namespace lode::cli {
namespace {

const std::chrono::steady_clock::time_point program_start = std::chrono::steady_clock::now();
core::CancelToken token;

void OnSignal(int) {
  if (!token.Cancel()) {
    Leave(kInterrupted);  // stored trials are safe on the disk
  }
}

}  // namespace

core::CancelToken& Interruption() { return token; }

void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) {  // as under nohup
    sigaction(SIGHUP, &action, nullptr);
  }
}

std::chrono::steady_clock::time_point ProgramStart() { return program_start; }

int InterruptionStatus() {
  return token.reason() == core::CancelReason::kWallTime ? kOutOfTime : kInterrupted;
}

}  // namespace lode::cli
