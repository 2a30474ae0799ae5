#include "core/exec/workers.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "core/exec/process_tree.h"
#include "core/plugin/error.h"
#include "core/plugin/log.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCheck{20};       // between checks of time and memory
constexpr int kStarts = 4;               // attempts to start a process that is lost while it starts
constexpr milliseconds kStartPause{50};  // before the second attempt; doubles each time

}  // namespace

std::string Workers::Limits::TimeoutText() const {
  return "took longer than the timeout of " + FormatNumber(timeout_seconds) + " s";
}

std::string Workers::Limits::MemoryText() const {
  return "took more memory than the limit of " + std::to_string(memory_limit) + " MiB";
}

Workers::Workers(std::size_t count, const Limits& limits, Setup setup, WorkerProgram program,
                 const RunContext& run, std::function<void()> idle)
    : Dispatcher(run),
      limits_(limits),
      setup_(std::move(setup)),
      program_(std::move(program)),
      idle_(std::move(idle)),
      slots_(count) {
  std::ranges::for_each(slots_, [this](Slot& slot) { Launch(slot); });
  AwaitFirst();
}

void Workers::AwaitFirst() {
  Slot& first = slots_.front();
  milliseconds pause = kStartPause;
  for (int lost = 0; !has_metrics();) {
    Wait();
    if (first.process || has_metrics()) { continue; }
    if (first.refused) { throw HostError(first.refusal); }
    if (++lost == kStarts) { throw WorkerLost(first.refusal); }
    Log(LODE_WARNING, first.refusal + "; starting it again");
    std::this_thread::sleep_for(pause);
    pause *= 2;
    Launch(first);
  }
}

Workers::~Workers() {
  for (Slot& slot : slots_) {
    if (slot.process) {
      slot.process->Terminate();
      ending_.push_back(std::move(slot.process));
    }
  }
  while (!ending_.empty()) {
    RemoveEnded();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

void Workers::Launch(Slot& slot) {
  slot.refusal.clear();
  slot.refused = false;
  slot.ready = false;
  slot.process = std::make_unique<WorkerProcess>(program_, limits_.memory_limit);
  Setup setup = setup_;
  setup.cgroup = slot.process->cgroup();
  slot.process->Send(setup);
}

// Returns a free slot: preferably one whose process is ready, then one whose process is starting,
// then one without a process. Null if none is free.
Workers::Slot* Workers::FreeSlot() {
  const auto rank = [](const Slot& slot) { return slot.process ? (slot.ready ? 2 : 1) : 0; };
  Slot* best = nullptr;
  for (Slot& slot : slots_) {
    if (!slot.query && (best == nullptr || rank(slot) > rank(*best))) { best = &slot; }
  }
  return best;
}

std::uint32_t Workers::NumberOf(const Slot& slot) const {
  return static_cast<std::uint32_t>(&slot - slots_.data());
}

// The process that evaluates has the network; a new one would have another network.
void Workers::RequireNetwork() const {
  if (!network_lost_.empty()) { throw HostError(network_lost_); }
}

NetworkReply Workers::CallNetwork(const NetworkCall& call) {
  RequireNetwork();
  reply_.reset();
  slots_.front().process->Send(call);
  while (!reply_) {
    Wait();
    RequireNetwork();
  }
  return *std::exchange(reply_, std::nullopt);
}

bool Workers::Give(const Query& query) {
  RequireNetwork();
  Slot* slot = FreeSlot();
  if (slot != nullptr && slot->process) {
    Receive(*slot);  // a process that has died meanwhile is not asked
    slot = FreeSlot();
  }
  if (slot == nullptr) { return false; }
  try {
    if (!slot->process) { Launch(*slot); }
    slot->process->ClearOutput();
    slot->calls = slot->process->component_calls();
    slot->process->Send(query);
    slot->query = query;
    slot->stopwatch = {};
  } catch (const HostError& e) { TakeFailure(query, e.what(), Stopwatch().Stop(NumberOf(*slot))); }
  return true;
}

void Workers::Wait() {
  ThrowIfCancelled();
  if (idle_) { idle_(); }
  Poll();
  for (Slot& slot : slots_) {
    if (slot.process) { Receive(slot); }
  }
  CheckLimits();
  RemoveEnded();
}

void Workers::Poll() const {
  std::vector<pollfd> polled;
  for (const Slot& slot : slots_) {
    if (slot.process) { slot.process->AddTo(polled); }
  }
  const bool must_check = limits_.timeout_seconds > 0 || limits_.memory_limit > 0;
  const milliseconds patience = must_check || !ending_.empty() ? kCheck : kSlice;
  poll(polled.data(), polled.size(), static_cast<int>(patience.count()));
}

void Workers::Receive(Slot& slot) {
  for (Message& message : slot.process->Receive()) {
    if (slot.process) {  // otherwise an earlier message was invalid
      Handle(slot, message);
    }
  }
  if (slot.process && slot.process->is_over()) { HandleEnd(slot); }
}

void Workers::Handle(Slot& slot, Message& message) {
  if (auto* finished = std::get_if<Finished>(&message)) {
    const std::string fault = TakeEvaluation(slot.query, *finished, NumberOf(slot));
    if (!fault.empty()) { Lose(slot, fault); }
  } else if (auto* reply = std::get_if<NetworkReply>(&message)) {
    reply_ = std::move(*reply);
  } else if (auto* ready = std::get_if<Ready>(&message)) {
    TakeNetwork(*ready);
    TakeReady(std::move(*ready));
    slot.ready = true;
    slot.stopwatch = {};
  } else if (const auto* refused = std::get_if<Refused>(&message)) {
    slot.refusal = MessageLine(refused->reason);
    slot.refused = true;
  } else if (std::holds_alternative<Stopped>(message)) {
    slot.refusal = "oracle process: was told to end, but not by this program";
  } else if (!PassOn(message, NumberOf(slot))) {
    Lose(slot, "sent a message that only a host may send");
  }
}

void Workers::TakeNetwork(const Ready& ready) {
  if (ready.network_cells > 0) {
    network_ = std::make_unique<RemoteNetwork>(
        ready.network_cells, [this](const NetworkCall& call) { return CallNetwork(call); });
  }
}

void Workers::HandleEnd(Slot& slot) {
  const std::string ending = slot.process->End(WorkerProcess::kToEnd);
  const std::string reason = slot.process->ExceedsMemoryLimit() ? limits_.MemoryText() : ending;
  if (HasNotBegun(slot)) { GiveAgain(*std::exchange(slot.query, std::nullopt)); }
  Lose(slot, slot.refusal.empty() ? reason + slot.process->LastOutput() : slot.refusal);
}

// Returns whether a process that has ended was ready, but called no component for its query. A
// process that ends while it starts costs its query, because the next one may end in the same way.
bool Workers::HasNotBegun(const Slot& slot) const {
  return slot.query && slot.ready && network_ == nullptr &&
         slot.process->component_calls() == slot.calls;
}

// Gives up the slot's process and fails its query.
void Workers::Lose(Slot& slot, const std::string& reason) {
  const std::string component = slot.process ? slot.process->CurrentComponent() : "";
  slot.process.reset();
  if (network_ != nullptr) {
    network_lost_ = (component.empty() ? "oracle process" : component) + ": " + reason +
                    "; the relaxed network is lost, resume the run from its last checkpoint";
  }
  if (slot.query) {
    const Query query = *std::exchange(slot.query, std::nullopt);
    TakeFailure(query, reason, slot.stopwatch.Stop(NumberOf(slot)));
  } else if (!has_metrics()) {
    const bool is_oracle = component.empty() || component.starts_with("oracle ");
    const std::string who = is_oracle ? "oracle process" : component;
    slot.refusal = slot.refusal.empty() ? who + ": " + reason : slot.refusal;
  } else {
    Log(LODE_DEBUG, "oracle process: " + reason + ", while it was idle");
  }
}

void Workers::CheckLimits() {
  const auto now = Clock::now();
  if (now < next_check_) { return; }
  next_check_ = now + kCheck;
  for (Slot& slot : slots_) {
    if (slot.process && slot.ready) { CheckTime(slot); }
    if (slot.process) { CheckMemory(slot); }
  }
}

// The process may clean up; what it leaves behind is killed. The next query does not wait for
// that.
void Workers::CheckTime(Slot& slot) {
  if (limits_.timeout_seconds > 0 && slot.query &&
      slot.stopwatch.seconds() > limits_.timeout_seconds) {
    slot.process->Terminate();
    ending_.push_back(std::move(slot.process));
    Lose(slot, limits_.TimeoutText() + ending_.back()->LastOutput());
  }
}

// Ends the process at once: it must not take more memory while it cleans up.
void Workers::CheckMemory(Slot& slot) {
  if (limits_.memory_limit > 0 && ResidentBytesBelow(slot.process->pid()) > limits_.memory_limit
                                                                                << 20) {
    Lose(slot, limits_.MemoryText() + slot.process->LastOutput());
  }
}

void Workers::RemoveEnded() {
  std::erase_if(ending_, [](const std::unique_ptr<WorkerProcess>& process) {
    process->Receive();  // it may be waiting for a reader before it ends
    return process->HasEndedOrTimedOut();
  });
}

}  // namespace lode::core
