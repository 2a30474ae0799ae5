#include "core/page/wall_curve.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/store/database.h"
#include "core/store/run_store.h"

namespace lode::core {
namespace {

// Returns for each told trial, in the order of the curve, when the latest evaluation had ended by
// then. Empty if some trial has no timing before it.
std::vector<double> EndsOf(const std::filesystem::path& directory) {
  Database database(directory / kStoreFile, Database::Access::kRead);
  Statement has(database, "SELECT 1 FROM sqlite_master WHERE name = 'timing'");
  if (!has.Next()) { return {}; }
  Statement first(database, "SELECT min(start) FROM timing");
  if (!first.Next() || first.IsNull(0)) { return {}; }
  const double start = first.Real(0);
  Statement rows(database,
                 "SELECT max(start + seconds) OVER (ORDER BY trial.step) FROM trial LEFT JOIN "
                 "timing ON timing.evaluation = trial.evaluation ORDER BY trial.step");
  std::vector<double> ends;
  while (rows.Next()) {
    if (rows.IsNull(0)) { return {}; }
    ends.push_back(rows.Real(0) - start);
  }
  return ends;
}

}  // namespace

std::optional<Curve> InWallTime(const Curve& by_steps, const std::filesystem::path& directory) {
  const std::vector<double> ends = EndsOf(directory);
  if (ends.empty()) { return std::nullopt; }
  const auto at = [&](double step) {
    const auto last = static_cast<std::size_t>(std::max(step, 1.0)) - 1;
    return step < 1 ? 0 : ends[std::min(last, ends.size() - 1)];
  };
  Curve curve = by_steps;
  for (Improvement& one : curve.improvements) {
    one.before = at(one.before);
    one.after = at(one.after);
  }
  curve.spent = at(curve.spent);
  return curve;
}

}  // namespace lode::core
