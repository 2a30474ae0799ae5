#include "core/store/views.h"

#include "core/search/noisy_best.h"
#include "core/store/evaluation_ids.h"

namespace lode::core {
namespace {

constexpr char kExactViews[] = R"sql(
CREATE VIEW best AS SELECT * FROM trials WHERE violation = 0 AND NOT reused
  ORDER BY reward DESC, step LIMIT 10;
CREATE VIEW curve AS SELECT trial.step, reward,
    max(reward) FILTER (WHERE violation = 0) OVER (ORDER BY trial.step) AS best_reward,
    coalesce(sum(cost) OVER (ORDER BY trial.step), 0) AS cost_seconds
  FROM trial LEFT JOIN (SELECT step, sum(cost_seconds) AS cost FROM evaluation GROUP BY step) USING (step)
  ORDER BY trial.step;
)sql";

// With fidelities, known trials, or trials told in the order in which they finished. The best
// reward of a curve is the best at the highest fidelity up to then.
std::string ExactViews(const StoreShape& shape) {
  if (!shape.has_fidelities && !shape.has_order && !shape.has_known) { return kExactViews; }
  // The first trial with the result of a known one counts, too.
  const std::string first = shape.has_known
                                ? "(NOT reused OR (evaluation >= " + kFirstKnown +
                                      " AND step = (SELECT min(step) FROM trial AS other WHERE "
                                      "other.evaluation = trials.evaluation)))"
                                : "NOT reused";
  const std::string at = shape.has_order ? "taken" : "step";
  const std::string fidelity = shape.has_fidelities ? "fidelity" : "1";
  return "CREATE VIEW best AS SELECT * FROM trials WHERE violation = 0 AND " + first + " AND " +
         fidelity + " = (SELECT max(" + fidelity +
         ") FROM trials WHERE violation = 0) ORDER BY reward DESC, step LIMIT 10;"
         "CREATE VIEW curve AS SELECT step, reward, max(reward) FILTER (WHERE violation = 0 AND "
         "fidelity = top) OVER (PARTITION BY top ORDER BY place) AS best_reward, "
         "coalesce(sum(cost) "
         "OVER (ORDER BY place), 0) AS cost_seconds FROM (SELECT step, reward, violation, " +
         fidelity + " AS fidelity, " + at + " AS place, max(" + fidelity +
         ") FILTER (WHERE violation = 0) OVER (ORDER BY " + at +
         ") AS top FROM trials) LEFT JOIN (SELECT step, sum(cost_seconds) AS cost FROM evaluation "
         "GROUP BY step) USING (step) ORDER BY place;";
}

// With noisy metrics, the best is not a single trial. `architectures` has the mean reward and
// metrics of each architecture within the limits over its trials, and the lower bound that
// noisy_best.h defines. Measurements that confirm the best are in `confirmations`; only trials have
// rewards.
std::string NoisyViews(const StoreShape& shape) {
  std::string means;
  for (const MetricDeclaration& m : shape.metrics) {
    means += ", avg(\"" + m.name + "\") AS \"" + m.name + "\"";
  }
  const std::string at = shape.has_order ? "taken" : "step";
  const std::string compared =
      " WHERE failure IS NULL AND " +
      std::string(shape.has_fidelities
                      ? "fidelity = (SELECT max(fidelity) FROM trials WHERE failure IS NULL) AND "
                      : "") +
      at + " <= ";
  const auto scatter = [&](const std::string& last) {
    return "(SELECT sum(squares) / nullif(sum(n - 1), 0) AS variance, count(*) AS compared FROM "
           "(SELECT count(*) AS n, sum(reward * reward) - count(*) * avg(reward) * avg(reward) AS "
           "squares FROM trials" +
           compared + last + " GROUP BY architecture))";
  };
  const std::string error = "sqrt(max(variance, 0) / count(*))";
  const std::string bound =
      "avg(reward) - coalesce(" + error + " * sqrt(2 * ln(10.0 * compared)), 0)";
  const std::string now = "now." + at;
  const std::string source = shape.has_order ? "trials" : "trial";
  const std::string each = " GROUP BY architecture HAVING avg(violation) = 0";
  return "CREATE VIEW architectures AS SELECT min(step) AS step, architecture, avg(reward) AS "
         "reward" +
         means + ", count(*) AS measurements, " + error + " AS standard_error, " + bound +
         " AS lower_bound FROM trials, " + scatter("9e18") + compared + "9e18" + each +
         ";CREATE VIEW best AS SELECT * FROM architectures ORDER BY lower_bound DESC, step LIMIT "
         "10;"
         "CREATE VIEW curve AS SELECT now.step, reward, (SELECT avg(reward) FROM trials, " +
         scatter(now) + compared + now + each + " ORDER BY " + bound +
         " DESC, min(step) LIMIT 1) AS best_reward, coalesce(sum(cost) OVER (ORDER BY " + now +
         "), 0) AS cost_seconds FROM " + source +
         " AS now LEFT JOIN (SELECT step, sum(cost_seconds) AS cost FROM "
         "evaluation WHERE id < " +
         kFirstRepeat + " GROUP BY step) USING (step) ORDER BY " + now +
         ";"
         "CREATE VIEW confirmations AS SELECT step, architecture, failure, rejected" +
         MetricColumns(shape.metrics) + " FROM evaluation WHERE " + IsRepeat("id") + ";";
}

// Shows a count, which is stored as a real number, as an integer.
std::string ShownCount(const std::string& name) {
  return std::string("CASE WHEN CAST(")
      .append(name)
      .append(" AS INTEGER) = ")
      .append(name)
      .append(" THEN CAST(")
      .append(name)
      .append(" AS INTEGER) ELSE ")
      .append(name)
      .append(" END AS ")
      .append(name);
}

// Returns the columns of metrics as people want to see them.
std::string ShownColumns(const std::vector<MetricDeclaration>& metrics) {
  std::string columns;
  for (const MetricDeclaration& m : metrics) {
    const std::string name = "\"" + m.name + "\"";
    columns.append(", ").append(m.unit == "count" ? ShownCount(name) : name);
  }
  return columns;
}

constexpr char kViews[] = R"sql(
CREATE VIEW pareto AS SELECT trials.* FROM trials JOIN front USING (step);
CREATE VIEW failures AS SELECT step, architecture, failure FROM trials WHERE failure IS NOT NULL;
)sql";

// `taken`: when a trial's evaluation was taken, as a position in the table of that name.
std::string TrialsView(const StoreShape& shape) {
  const std::string fidelity = shape.has_fidelities ? ", fidelity" : "";
  const std::string taken = shape.has_order ? ", taken" : "";
  const std::string order =
      shape.has_order ? " JOIN (SELECT step, max(position) AS taken FROM taken GROUP BY step) AS "
                        "its ON its.step = trial.step"
                      : "";
  return "CREATE VIEW trials AS SELECT trial.step, architecture" + fidelity + ", reward" +
         ShownColumns(shape.metrics) + ", violation, random, reused, trial.failure, evaluation" +
         taken + " FROM trial JOIN evaluation ON evaluation.id = trial.evaluation" + order + ";";
}

}  // namespace

std::string ViewsFor(const StoreShape& shape) {
  const std::string fidelity = shape.has_fidelities ? ", fidelity" : "";
  const std::string known =
      shape.has_known
          ? "CREATE VIEW known AS SELECT architecture" + fidelity + ShownColumns(shape.metrics) +
                ", rejected AS left_out FROM evaluation WHERE " + IsKnown("id") + " ORDER BY id;"
          : "";
  return TrialsView(shape) + "CREATE VIEW rejections AS SELECT step, architecture" + fidelity +
         ShownColumns(shape.metrics) + " FROM evaluation WHERE rejected" +
         (shape.has_known ? " AND step IS NOT NULL;" : ";") + known +
         (AreNoisy(shape.metrics) ? NoisyViews(shape) : ExactViews(shape)) + kViews;
}

}  // namespace lode::core
