// The state of runs as OpenMetrics 1.0 text, for Prometheus and other collectors.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/live/watched_directory.h"

namespace lode::core {

inline constexpr char kOpenMetricsType[] =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

// One family of metrics as text. Values are finite, or NaN.
class MetricFamily {
 public:
  // `type`: "gauge", "counter" or "info"; `unit`: "" or the last word of the name.
  MetricFamily(std::string_view name, std::string_view type, std::string_view unit,
               std::string_view help);

  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  void Add(const Labels& labels, double value);

  const std::string& text() const { return text_; }

 private:
  std::string sample_;  // the name of its samples
  std::string text_;
};

// Returns the document: how many runs stand how, and for each run that has begun its trials,
// failures, best, rate, progress, time and workers.
std::string OpenMetrics(const WatchedDirectory& watched);

}  // namespace lode::core
