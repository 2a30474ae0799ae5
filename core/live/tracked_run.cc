#include "core/live/tracked_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/report/words.h"

namespace lode::core {
namespace {

using Seconds = std::chrono::duration<double>;

double SecondsBetween(TrackedRun::Clock::time_point begin, TrackedRun::Clock::time_point end) {
  return Seconds(end - begin).count();
}

// Returns " 25 %"; "" if the fraction is not known.
std::string PercentOf(double fraction) {
  return fraction < 0 ? ""
                      : " " + std::to_string(std::lround(100 * std::min(fraction, 1.0))) + " %";
}

std::string OutOf(std::uint64_t done, std::uint64_t all, const char* what) {
  return std::to_string(done) + "/" + std::to_string(all) + " " + what;
}

}  // namespace

TrackedRun::TrackedRun(std::string title, const BudgetConfig& budget, Now now)
    : title_(std::move(title)), budget_(budget), now_(now), best_metric_(std::nan("")) {}

TrackedRun::Measured TrackedRun::measured() const {
  const std::lock_guard lock(mutex_);
  return measured_;
}

template <class Condition>
void TrackedRun::RemoveCalls(Condition&& condition) {
  if (!has_calls_.load(std::memory_order_relaxed)) { return; }
  const std::lock_guard lock(mutex_);
  std::erase_if(calls_, condition);
  has_calls_ = !calls_.empty();
}

void TrackedRun::OnActivity(const RunActivity& activity) {
  workers_.store(activity.workers, std::memory_order_relaxed);
  busy_.store(activity.under_way, std::memory_order_relaxed);
  RemoveCalls([&](const Calls::value_type& call) {
    const bool has_ended = activity.finished && call.first == *activity.finished;
    return has_ended || (call.second.prepares && activity.under_way > 0);
  });
}

// Restarts the clock if a call starts over or another one begins.
void TrackedRun::OnProgress(const RunProgress& progress) {
  const CallProgress& report = progress.call;
  const std::lock_guard lock(mutex_);
  Call& call = calls_[report.worker ? *report.worker : kNoWorker];
  if (report.fraction < call.fraction || call.fraction < 0 || report.prepares != call.prepares) {
    call = {now_(), report.fraction, report.fraction, "", report.prepares};
  }
  call.fraction = report.fraction;
  call.what = report.what;
  has_calls_ = true;
  if (report.prepares) { measured_ = {now_(), SpentOfBudget()}; }
}

void TrackedRun::OnTrial(const RunTrial& event) {
  const TrialRecord& trial = event.trial;
  RemoveCalls([](const Calls::value_type& call) { return call.first == kNoWorker; });
  const std::uint64_t steps = steps_ + 1;
  if (steps == 1) { metric_ = event.metrics[event.reward_metric]; }
  if (best_.Add(trial)) {
    best_metric_.store(trial.metrics[event.reward_metric], std::memory_order_release);
  }
  failures_.fetch_add(trial.failure.empty() ? 0 : 1, std::memory_order_relaxed);
  unique_.fetch_add(trial.reused ? 0 : 1, std::memory_order_relaxed);
  full_evaluations_ = full_evaluations_ + (trial.reused ? 0 : trial.fidelity);
  cost_seconds_.store(event.cost_seconds, std::memory_order_relaxed);
  steps_.store(steps, std::memory_order_relaxed);
  if (steps == event.replayed) {
    const std::lock_guard lock(mutex_);
    measured_ = {now_(), SpentOfBudget()};
  }
}

double TrackedRun::SpentOfBudget() const {
  double fraction = 0;
  const auto consider = [&](double spent, const std::optional<std::uint64_t>& limit) {
    fraction = limit ? std::max(fraction, spent / static_cast<double>(*limit)) : fraction;
  };
  consider(static_cast<double>(steps_), budget_.steps);
  consider(static_cast<double>(unique_), budget_.unique_queries);
  consider(full_evaluations_, budget_.full_evaluations);
  consider(cost_seconds_, budget_.simulated_seconds);
  return std::min(fraction, 1.0);
}

bool TrackedRun::HasBudget() const { return budget_.is_limited(); }

// Returns how many steps the calls under way are worth. A call outside of workers counts only if it
// is the only one.
double TrackedRun::PartsOfSteps() const {
  double parts = 0;
  for (const auto& [worker, call] : calls_) {
    const bool counts = !call.prepares && (worker != kNoWorker || busy_ <= 1);
    parts += counts ? std::clamp(call.fraction, 0.0, 1.0) : 0;
  }
  return parts;
}

double TrackedRun::FractionOf(const Calls::value_type* shown) const {
  if (!HasBudget() || (shown != nullptr && shown->second.prepares)) {
    return shown != nullptr ? std::clamp(shown->second.fraction, 0.0, 1.0) : 0;
  }
  const auto queries = budget_.unique_queries ? budget_.unique_queries : budget_.full_evaluations;
  const auto steps = budget_.steps ? budget_.steps : queries;
  return std::min(SpentOfBudget() + (steps ? PartsOfSteps() / static_cast<double>(*steps) : 0),
                  1.0);
}

// Returns the first call whose length is known, or else the first; null if there is none.
const TrackedRun::Calls::value_type* TrackedRun::MostTelling(const Calls& calls) {
  const auto known =
      std::ranges::find_if(calls, [](const auto& call) { return call.second.fraction >= 0; });
  return known != calls.end() ? &*known : calls.empty() ? nullptr : &*calls.begin();
}

std::string TrackedRun::Done() const {
  return budget_.steps               ? OutOf(steps_, *budget_.steps, "steps")
         : budget_.unique_queries    ? OutOf(unique_, *budget_.unique_queries, "queries")
         : budget_.full_evaluations  ? OutOf(static_cast<std::uint64_t>(full_evaluations_),
                                             *budget_.full_evaluations, "full evaluations")
         : budget_.simulated_seconds ? OutOf(static_cast<std::uint64_t>(cost_seconds_),
                                             *budget_.simulated_seconds, "simulated s")
                                     : "";
}

// Before the first trial, only the progress of evaluations is that of the search: what an optimizer
// does first may be done once.
bool TrackedRun::HasBegun() const { return busy_ > 0 || SpentOfBudget() > measured_.from; }

// Of several calls outside of workers, one does not indicate the time left.
bool TrackedRun::TellsTimeLeft(const Calls::value_type& shown) const {
  return shown.first != kNoWorker || busy_ <= 1;
}

// "worker 2: epoch 3 of 12 25 %, 0:20 left"
std::string TrackedRun::Describe(const Calls::value_type& shown) const {
  const auto& [worker, call] = shown;
  std::string text;
  if (worker != kNoWorker && workers_ > 1) { text = "worker " + std::to_string(worker + 1) + ": "; }
  text += call.what + PercentOf(call.fraction);
  const auto left = SecondsLeft(SecondsBetween(call.since, now_()), call.from, call.fraction);
  return left && TellsTimeLeft(shown) && HasBudget() ? text + ", " + FormatDuration(*left) + " left"
                                                     : text;
}

// Of a preparation, the line shows only the preparation: the search has not begun.
void TrackedRun::Show(const Calls::value_type& shown, ProgressState& state) const {
  const Call& call = shown.second;
  if (call.prepares) {
    state.is_preparing = true;
    state.done = "preparing" + PercentOf(call.fraction);
    if (call.fraction < 0) { state.fraction.reset(); }
    state.call = call.what;
  } else {
    state.call = Describe(shown);
  }
  if (call.prepares || !HasBudget()) {
    state.left_seconds = SecondsLeft(SecondsBetween(call.since, now_()), call.from, call.fraction);
  }
}

ProgressState TrackedRun::State() const {
  ProgressState state;
  state.title = title_;
  state.done = Done();
  state.elapsed_seconds = SecondsBetween(start_, now_());
  state.failures = failures_;
  state.workers = workers_;
  state.busy = std::min<std::size_t>(busy_, workers_);
  if (const double best = best_metric_.load(std::memory_order_acquire); !std::isnan(best)) {
    state.best = (metric_.noisy ? "highest measured " : "best ") + FormatMetric(metric_, best);
  }
  const std::lock_guard lock(mutex_);
  const Calls::value_type* const shown = MostTelling(calls_);
  state.fraction = FractionOf(shown);
  if (HasBudget() && HasBegun()) {
    state.left_seconds =
        SecondsLeft(SecondsBetween(measured_.since, now_()), measured_.from, *state.fraction);
  }
  if (shown != nullptr) { Show(*shown, state); }
  return state;
}

}  // namespace lode::core
