#include "core/exec/retrying.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "core/plugin/log.h"

namespace lode::core {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestPause{100};
constexpr milliseconds kLongestPause{60'000};
constexpr milliseconds kCancelCheck{20};  // between two checks for cancellation

milliseconds PauseBefore(std::uint64_t repetition) {
  const auto doublings = std::min<std::uint64_t>(repetition - 1, 16);
  return std::min(kLongestPause, kShortestPause * (std::int64_t{1} << doublings));
}

// Returns the timing of all attempts together.
Timing Sum(const Timing& earlier, Timing last) {
  last.start = earlier.start != 0 ? earlier.start : last.start;
  last.seconds += earlier.seconds;
  return last;
}

}  // namespace

Retrying::Retrying(std::unique_ptr<TimedExecutor> executor, std::uint64_t retries,
                   const RunContext& run)
    : executor_(std::move(executor)), retries_(retries), run_(run) {
  executor_->Listen([this](const Query& q, const Evaluation& m) { OnFinished(q, m); });
}

bool Retrying::IsLast(const Asked& asked, const Evaluation& evaluation) const {
  return evaluation.outcome != Outcome::kFailed || asked.retries >= retries_;
}

Evaluation Retrying::Final(const Asked& asked, Evaluation last) {
  if (asked.retries > 0) {
    last.records.emplace_back("retries", static_cast<double>(asked.retries));
  }
  last.timing = Sum(asked.earlier, std::move(last.timing));
  return last;
}

void Retrying::OnFinished(const Query& query, const Evaluation& evaluation) {
  const Asked& asked = asked_.at(query.id);
  if (IsLast(asked, evaluation)) { Tell(query, Final(asked, evaluation)); }
}

void Retrying::Start(const Query& query) {
  asked_.emplace(query.id, Asked{query});
  executor_->Start(query);
}

std::uint64_t Retrying::Next() {
  while (!finished_.First()) { Advance(); }
  return *finished_.First();
}

Evaluation Retrying::Finish(std::uint64_t id) {
  while (!finished_.Contains(id)) { Advance(); }
  return *finished_.Take(id);
}

void Retrying::Advance() {
  const Clock::time_point pause_end = StartDue();
  const bool all_pause = std::ranges::all_of(
      asked_, [](const auto& entry) { return entry.second.pause_end.has_value(); });
  if (all_pause) {
    SleepUntil(pause_end);
  } else if (const auto id = executor_->NextUntil(pause_end)) {
    Take(*id);
  }
}

Retrying::Clock::time_point Retrying::StartDue() {
  auto next = Clock::time_point::max();
  for (auto& [id, asked] : asked_) {
    if (asked.pause_end && *asked.pause_end <= Clock::now()) {
      asked.pause_end.reset();
      executor_->Start(asked.query);
    } else if (asked.pause_end) {
      next = std::min(next, *asked.pause_end);
    }
  }
  return next;
}

void Retrying::Take(std::uint64_t id) {
  Asked& asked = asked_.at(id);
  Evaluation evaluation = executor_->Finish(id);
  if (IsLast(asked, evaluation)) {
    finished_.Add(id, Final(asked, std::move(evaluation)));
    asked_.erase(id);
  } else {
    Postpone(asked, evaluation);
  }
}

void Retrying::Postpone(Asked& asked, const Evaluation& failed) {
  ++asked.retries;
  Log(LODE_WARNING, "evaluation " + std::to_string(asked.query.id) + " failed and is repeated (" +
                        std::to_string(asked.retries) + " of " + std::to_string(retries_) +
                        "): " + failed.failure);
  asked.earlier = Sum(asked.earlier, failed.timing);
  asked.pause_end = Clock::now() + PauseBefore(asked.retries);
}

void Retrying::SleepUntil(Clock::time_point end) const {
  while (Clock::now() < end) {
    if (run_.is_cancelled()) { throw CancelledError(); }
    std::this_thread::sleep_for(kCancelCheck);
  }
}

}  // namespace lode::core
