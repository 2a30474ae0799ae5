#include "core/exec/ranks.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "core/exec/workers.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

constexpr std::chrono::seconds kPatienceWithRanks{5};  // with ranks that were told to stop

class Reservation {
 public:
  explicit Reservation(MpiSession& session) : session_(&session) { session.Take(); }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() {
    if (session_ != nullptr) { session_->GiveBack(); }
  }
  void Keep() { session_ = nullptr; }

 private:
  MpiSession* session_;
};

}  // namespace

Ranks::Ranks(MpiSession& session, const Setup& setup, const RunContext& run)
    : Dispatcher(run),
      session_(session),
      link_(session.link()),
      asked_(static_cast<std::size_t>(link_.size()) - 1) {
  Reservation reservation(session);
  try {
    Begin(setup);
  } catch (...) {
    StopAll();
    throw;
  }
  reservation.Keep();
}

Ranks::~Ranks() {
  StopAll();
  session_.GiveBack();
}

void Ranks::Begin(const Setup& setup) {
  for (int rank = 1; rank < link_.size(); ++rank) { link_.Send(rank, setup); }
  while (ready_ < asked_.size()) { Wait(); }
}

void Ranks::StopAll() {
  for (int rank = 1; rank < link_.size(); ++rank) { link_.Send(rank, Stop{}); }
  const auto deadline = std::chrono::steady_clock::now() + kPatienceWithRanks;
  for (int running = link_.size() - 1; running > 0;) {
    const auto received = link_.Receive(kSlice);
    if (received && std::holds_alternative<Stopped>(received->message)) {
      --running;
    } else if (std::chrono::steady_clock::now() > deadline) {
      link_.Abort(1);
    }
  }
}

bool Ranks::Give(const Query& query) {
  const auto free = std::ranges::find(asked_, false, &std::optional<Query>::has_value);
  if (free == asked_.end()) { return false; }
  link_.Send(static_cast<int>(free - asked_.begin()) + 1, query);
  *free = query;
  return true;
}

void Ranks::Wait() {
  ThrowIfCancelled();
  if (auto received = link_.Receive(kSlice)) { Handle(received->from, received->message); }
}

void Ranks::Handle(int rank, Message& message) {
  auto& asked = asked_.at(static_cast<std::size_t>(rank) - 1);
  const std::string title = "rank " + std::to_string(rank);
  if (auto* finished = std::get_if<Finished>(&message)) {
    const std::string fault =
        TakeEvaluation(asked, *finished, static_cast<std::uint32_t>(rank) - 1);
    if (!fault.empty()) { throw HostError(title + ": " + fault); }
  } else if (auto* ready = std::get_if<Ready>(&message)) {
    TakeReady(std::move(*ready));
    ++ready_;
  } else if (const auto* refused = std::get_if<Refused>(&message)) {
    const std::string what = title + ": " + refused->reason;
    if (refused->lost) { throw WorkerLost(what); }
    throw HostError(what);
  } else if (!PassOn(message, static_cast<std::uint32_t>(rank) - 1)) {
    throw HostError(title + ": sent a message that only rank 0 may send");
  }
}

}  // namespace lode::core
