#include "core/serve/live_views.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/plugin/text.h"
#include "core/serve/open_metrics.h"
#include "core/serve/run_views.h"

namespace lode::core {
namespace {

constexpr std::chrono::milliseconds kLeastPause{1000};
constexpr int kPauseForWork = 10;  // reading takes at most this part of the time

}  // namespace

void LiveViews::Refresh() {
  const Clock::time_point begin = Clock::now();
  if (begin < next_) { return; }
  watched_.Refresh(UnixTime());
  views_.clear();
  by_id_.clear();
  for (const WatchedRun& run : watched_.runs()) { by_id_[RunId(watched_, run)] = &run; }
  const Clock::time_point end = Clock::now();
  next_ = end + std::max<Clock::duration>(kLeastPause, kPauseForWork * (end - begin));
}

const WatchedRun* LiveViews::RunOf(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

template <class Make>
LiveViews::Text LiveViews::View(const std::string& name, const Make& make) {
  Text& view = views_[name];
  if (!view) { view = std::make_shared<const std::string>(make()); }
  return view;
}

LiveViews::Text LiveViews::Runs() {
  const std::scoped_lock lock(mutex_);
  Refresh();
  return View("runs", [this] { return FormatJson(RunsJson(watched_, UnixTime())) + "\n"; });
}

LiveViews::Text LiveViews::Metrics() {
  const std::scoped_lock lock(mutex_);
  Refresh();
  return View("metrics", [this] { return OpenMetrics(watched_); });
}

LiveViews::Text LiveViews::Run(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  Refresh();
  const WatchedRun* const run = RunOf(id);
  if (run == nullptr) { return nullptr; }
  return View("run " + id, [&] { return FormatJson(RunJson(watched_, *run)) + "\n"; });
}

std::optional<LiveViews::FoundRuns> LiveViews::Find(const std::vector<std::string>& ids) {
  const std::scoped_lock lock(mutex_);
  Refresh();
  FoundRuns found;
  for (const std::string& id : ids) {
    const WatchedRun* const run = RunOf(id);
    if (run == nullptr) { return std::nullopt; }
    found.directories.push_back(run->directory());
    found.version.append(run->directory().string())
        .append("\n")
        .append(run->version())
        .append("\n");
  }
  return found;
}

}  // namespace lode::core
