#include "core/report/words.h"

#include <cstdio>

#include "core/search/trial.h"

namespace lode::core {
namespace {

std::string Fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

}  // namespace

std::string Printed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

int DecimalsOf(const MetricDeclaration& metric) { return metric.unit == "count" ? 0 : kDecimals; }

std::string FormatMetric(const MetricDeclaration& metric, double value) {
  return Fixed(value, DecimalsOf(metric));
}

std::string NamedMetric(const MetricDeclaration& metric, double value) {
  return metric.name + " " + FormatMetric(metric, value);
}

std::string FormatStatistic(const Statistic& s, int decimals) {
  if (s.count == 0) { return "-"; }
  return Fixed(s.mean, decimals) + (s.std ? " ± " + Fixed(*s.std, decimals) : "");
}

std::string Legend(const Statistic& statistic) {
  return statistic.std ? " (mean ± sample standard deviation)" : "";
}

std::string TiesText(std::uint64_t ties) {
  return std::to_string(ties) + (ties >= kMaxTies ? " or more" : "");
}

std::string RangeText(std::uint64_t least, std::uint64_t most) {
  return std::to_string(least) + (least == most ? "" : " to " + std::to_string(most));
}

std::string CountText(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string QueryUnit(bool is_computed) {
  return is_computed ? "distinct architectures" : "unique queries";
}

std::string_view StandingName(Standing standing) {
  switch (standing) {
    case Standing::kNotBegun:
      return "not begun";
    case Standing::kRunning:
      return "running";
    case Standing::kFinished:
      return "finished";
    case Standing::kFailed:
      return "failed";
    case Standing::kDamaged:
      return "damaged";
    default:
      return "unfinished";
  }
}

std::string StandingText(Standing standing, std::optional<pid_t> process) {
  const std::string name(StandingName(standing));
  return process ? name + " (process " + std::to_string(*process) + ")" : name;
}

std::string ResumeCommand(const std::string& directory) { return "lode resume " + directory; }

std::string ContinueLine(const std::string& directory) {
  return "to continue: " + ResumeCommand(directory) + "\n";
}

}  // namespace lode::core
