// Numbers in words, the same in every output.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/plugin/declaration.h"
#include "core/report/standings.h"
#include "core/report/statistics.h"

namespace lode::core {

inline constexpr int kDecimals = 2;  // of everything but counts

// Returns a value as printf prints it. REQUIRES: `format` is for one double.
std::string Printed(const char* format, double value);

// Returns how many decimals of a metric's values are shown.
int DecimalsOf(const MetricDeclaration& metric);

// Returns "350000000" for a count, "73.07" for anything else.
std::string FormatMetric(const MetricDeclaration& metric, double value);

// Returns "valid_accuracy 73.07".
std::string NamedMetric(const MetricDeclaration& metric, double value);

// Returns "73.07 ± 0.49", "73.07", or "-" without values, with `decimals` digits after the point.
std::string FormatStatistic(const Statistic& statistic, int decimals);

// Returns " (mean ± sample standard deviation)" if there is a deviation.
std::string Legend(const Statistic& statistic);

// Returns "3" or "1000 or more", for BestTrial::ties.
std::string TiesText(std::uint64_t ties);

// Returns "4", or "4 to 13".
std::string RangeText(std::uint64_t least, std::uint64_t most);

// Returns "1 seed", "3 seeds".
std::string CountText(std::size_t count, const std::string& noun);

// Returns what unique queries are called: by formulas only, nothing was queried.
std::string QueryUnit(bool is_computed);

// Returns "not begun", "running", ...
std::string_view StandingName(Standing standing);

// Returns "running (process 7)" for a known process, and otherwise the name.
std::string StandingText(Standing standing, std::optional<pid_t> process);

// Returns "lode resume DIR". `directory`: as it is to be shown.
std::string ResumeCommand(const std::string& directory);

// Returns "to continue: lode resume DIR\n".
std::string ContinueLine(const std::string& directory);

}  // namespace lode::core
