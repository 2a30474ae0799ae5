// What a comparison is made of: the runs of several methods on the same tasks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/compare/curve.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// A run of a method with one seed.
struct ComparedRun {
  std::uint64_t seed = 0;
  Curve curve{};
  double seconds = 0;  // wall-clock time
  std::uint64_t steps = 0;
  bool is_complete = true;  // it did not fail and was not interrupted
};

struct ComparedMethod {
  std::string name;
  std::vector<ComparedRun> runs;  // in the order of the seeds
};

// What all of its methods searched: space, oracle, metric.
struct ComparedTask {
  std::string title;
  MetricDeclaration metric;        // whose values the curves have
  std::optional<double> target{};  // that a run may reach
  bool target_is_optimum = false;
  std::vector<ComparedMethod> methods{};  // at least two
};

}  // namespace lode::core
