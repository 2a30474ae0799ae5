#include "core/live/watched_run.h"

#include <exception>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/shallow_json.h"
#include "core/plugin/text.h"
#include "core/search/metric_index.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/run_store.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr double kWindow = 5;  // seconds
constexpr std::size_t kRecent = 30, kMessages = 60;
constexpr std::chrono::milliseconds kPatience{100};  // with a locked store: it is read again soon

// Size and time of a file, in a text that changes with either.
std::string ChangeOf(const fs::path& file) {
  std::error_code size_error, time_error;
  const auto size = fs::file_size(file, size_error);
  const auto time = fs::last_write_time(file, time_error);
  return size_error || time_error
             ? "-"
             : std::to_string(size) + "@" + std::to_string(time.time_since_epoch().count());
}

// Adds to the last ones.
template <class Item>
void Keep(std::deque<Item>& last, std::size_t most, Item item) {
  last.push_back(std::move(item));
  if (last.size() > most) { last.pop_front(); }
}

// Returns how a run ended; "" if it did not.
std::string EndingIn(const fs::path& directory) {
  if (!fs::exists(directory / kResultFile)) { return ""; }
  const nlohmann::json result = ParseShallowJson(ReadFile(directory / kResultFile));
  if (!result.is_object() || !result.contains("status") || !result["status"].is_string()) {
    throw HostError((directory / kResultFile).string() + ": does not say how the run ended");
  }
  return result["status"].get<std::string>();
}

}  // namespace

void TrialRate::Note(std::uint64_t trials, double seconds) {
  last_ = {seconds, trials};
  if (!from_ || trials < next_.trials) { from_ = next_ = last_; }
  if (seconds - next_.seconds >= kWindow) {
    from_ = next_;
    next_ = last_;
  }
}

std::optional<double> TrialRate::PerSecond() const {
  if (!from_ || last_.seconds - from_->seconds < 1) { return std::nullopt; }
  return static_cast<double>(last_.trials - from_->trials) / (last_.seconds - from_->seconds);
}

WatchedRun::WatchedRun(const PlannedRun& planned)
    : title_(PrintableLine(TitleOf(planned))),
      directory_(planned.directory),
      metric_name_(planned.search->pipeline.reward.metric),
      planned_steps_(planned.search->pipeline.budget.steps) {}

void WatchedRun::Refresh(double now) {
  damage_.clear();
  try {
    live_ = ReadLiveState(directory_);
    was_killed_ = live_ && !live_->IsCurrent(now);
    if (was_killed_) { live_.reset(); }
    NoteMessage(now);
    if (HasChanged()) { ReadTrials(); }
    standing_ = FindStanding();
  } catch (const std::exception& e) {
    damage_ = PrintableLine(e.what());
    standing_ = Standing::kDamaged;
    last_change_.clear();
  }
  if (standing_ == Standing::kRunning) { rate_.Note(steps_, now); }
}

bool WatchedRun::HasChanged() {
  const std::string store = (directory_ / kStoreFile).string();
  const std::string change = ChangeOf(store) + " " + ChangeOf(store + "-wal");
  return std::exchange(last_change_, change) != change;
}

void WatchedRun::Restart() {
  steps_ = next_step_ = failures_ = 0;
  best_.emplace();
  curve_.clear();
  failure_tally_ = {};
  recent_.clear();
}

// Reads only new trials, unless they may be in between, or the run was made anew.
void WatchedRun::ReadTrials() {
  if (!fs::exists(directory_ / kStoreFile)) { return Restart(); }
  StoredRun stored(directory_, kPatience);
  if (!best_ || stored.shape().has_order || stored.trials() < steps_) { Restart(); }
  const std::size_t metric = MetricIndex(stored.metrics(), metric_name_);
  if (metric == stored.metrics().size()) {
    throw HostError(stored.file().string() + ": lacks the reward's metric " + metric_name_);
  }
  metric_ = stored.metrics()[metric];
  stored.ForEachFrom(next_step_, [&](const TrialRecord& trial) { Add(trial, metric); });
}

void WatchedRun::Add(const TrialRecord& trial, std::size_t metric) {
  ++steps_;
  next_step_ = trial.step + 1;
  if (!trial.failure.empty()) {
    ++failures_;
    failure_tally_.Add(trial.failure);
  }
  if (best_->Add(trial)) { curve_.push_back({trial.step, trial.metrics[metric]}); }
  const auto value = trial.metrics.empty() ? std::nullopt : std::optional(trial.metrics[metric]);
  Keep(recent_, kRecent,
       {trial.step, std::string(trial.architecture), value, PrintableLine(trial.failure)});
}

const BestTrial* WatchedRun::best() const {
  return best_ && best_->best() ? &*best_->best() : nullptr;
}

void WatchedRun::NoteMessage(double now) {
  const std::string call = live_ ? live_->progress.call : "";
  const bool is_new = messages_.empty() || messages_.back().text != call;
  if (!call.empty() && is_new) { Keep(messages_, kMessages, {now, call}); }
}

Standing WatchedRun::FindStanding() const {
  if (HolderOf(directory_)) { return Standing::kRunning; }
  const std::string ending = EndingIn(directory_);
  if (ending == "failed") { return Standing::kFailed; }
  if (!ending.empty() && ending != "interrupted") { return Standing::kFinished; }
  return fs::exists(directory_ / kStoreFile) ? Standing::kUnfinished : Standing::kNotBegun;
}

}  // namespace lode::core
