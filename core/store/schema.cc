#include "core/store/schema.h"

#include <algorithm>
#include <charconv>

#include "core/plugin/checksum.h"
#include "core/plugin/error.h"
#include "core/search/noisy_best.h"
#include "core/store/row_writer.h"

namespace lode::core {
namespace {

constexpr char kTables[] = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL, _checksum INTEGER) WITHOUT ROWID;
CREATE TABLE metric(position INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, direction TEXT NOT NULL,
                    split TEXT NOT NULL, dataset TEXT NOT NULL, epochs REAL NOT NULL, _checksum INTEGER);
CREATE TABLE trial(step INTEGER PRIMARY KEY, evaluation INTEGER NOT NULL REFERENCES evaluation(id),
                   random INTEGER NOT NULL, reused INTEGER NOT NULL, reward REAL, violation REAL, action BLOB,
                   failure TEXT, _checksum INTEGER);
CREATE TABLE front(step INTEGER PRIMARY KEY, _checksum INTEGER);
)sql";

constexpr char kRecordTable[] = R"sql(
CREATE TABLE record(step INTEGER NOT NULL, evaluation INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
                    value REAL, _checksum INTEGER, PRIMARY KEY(step, evaluation, position)) WITHOUT ROWID;
)sql";

constexpr char kExactViews[] = R"sql(
CREATE VIEW best AS SELECT * FROM trials WHERE violation = 0 AND NOT reused
  ORDER BY reward DESC, step LIMIT 10;
CREATE VIEW curve AS SELECT trial.step, reward,
    max(reward) FILTER (WHERE violation = 0) OVER (ORDER BY trial.step) AS best_reward,
    coalesce(sum(cost) OVER (ORDER BY trial.step), 0) AS cost_seconds
  FROM trial LEFT JOIN (SELECT step, sum(cost_seconds) AS cost FROM evaluation GROUP BY step) USING (step)
  ORDER BY trial.step;
)sql";

constexpr char kViews[] = R"sql(
CREATE VIEW pareto AS SELECT trials.* FROM trials JOIN front USING (step);
CREATE VIEW failures AS SELECT step, architecture, failure FROM trials WHERE failure IS NOT NULL;
)sql";

// From format 2, in which evaluations did not refer to steps, and proposals that were measured and
// rejected were not stored.
constexpr char kFrom2[] = R"sql(
DROP VIEW failures; DROP VIEW pareto; DROP VIEW curve; DROP VIEW best; DROP VIEW trials;
ALTER TABLE evaluation ADD COLUMN step INTEGER;
ALTER TABLE evaluation ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;
ALTER TABLE evaluation ADD COLUMN cost_seconds REAL NOT NULL DEFAULT 0;
UPDATE evaluation SET step = (SELECT min(step) FROM trial WHERE trial.evaluation = evaluation.id);
ALTER TABLE trial ADD COLUMN failure TEXT;
UPDATE trial SET failure = (SELECT failure FROM evaluation WHERE id = trial.evaluation);
ALTER TABLE record RENAME TO old_record;
)sql";

// From format 3, which had no checksums.
constexpr char kFrom3[] = R"sql(
ALTER TABLE meta ADD COLUMN _checksum INTEGER;
ALTER TABLE metric ADD COLUMN _checksum INTEGER;
ALTER TABLE evaluation ADD COLUMN _checksum INTEGER;
ALTER TABLE trial ADD COLUMN _checksum INTEGER;
ALTER TABLE front ADD COLUMN _checksum INTEGER;
)sql";

constexpr char kRecordsFrom2[] = R"sql(
INSERT INTO record(step, evaluation, position, name, value)
  SELECT step, 0, row_number() OVER (PARTITION BY step ORDER BY rowid) - 1, name, value
  FROM old_record;
DROP TABLE old_record;
)sql";

// With noisy metrics, the best is not a single trial. `architectures` has the mean reward and
// metrics of each architecture within the limits over its trials, and the lower bound that
// noisy_best.h defines. Measurements that confirm the best are in `confirmations`; only trials have
// rewards.
std::string NoisyViews(const std::vector<MetricDeclaration>& metrics) {
  std::string means;
  for (const MetricDeclaration& m : metrics) {
    means += ", avg(\"" + m.name + "\") AS \"" + m.name + "\"";
  }
  const auto scatter = [](const std::string& last) {
    return "(SELECT sum(squares) / nullif(sum(n - 1), 0) AS variance, count(*) AS compared FROM "
           "(SELECT count(*) AS n, sum(reward * reward) - count(*) * avg(reward) * avg(reward) AS "
           "squares FROM trials WHERE failure IS NULL AND step <= " +
           last + " GROUP BY architecture))";
  };
  const std::string error = "sqrt(max(variance, 0) / count(*))";
  const std::string bound =
      "avg(reward) - coalesce(" + error + " * sqrt(2 * ln(10.0 * compared)), 0)";
  const std::string of_trials = " WHERE failure IS NULL AND step <= ";
  const std::string each = " GROUP BY architecture HAVING avg(violation) = 0";
  return "CREATE VIEW architectures AS SELECT min(step) AS step, architecture, avg(reward) AS "
         "reward" +
         means + ", count(*) AS measurements, " + error + " AS standard_error, " + bound +
         " AS lower_bound FROM trials, " + scatter("9e18") + of_trials + "9e18" + each +
         ";CREATE VIEW best AS SELECT * FROM architectures ORDER BY lower_bound DESC, step LIMIT "
         "10;"
         "CREATE VIEW curve AS SELECT now.step, reward, (SELECT avg(reward) FROM trials, " +
         scatter("now.step") + of_trials + "now.step" + each + " ORDER BY " + bound +
         " DESC, min(step) LIMIT 1) AS best_reward, coalesce(sum(cost) OVER (ORDER BY now.step), "
         "0) "
         "AS cost_seconds FROM trial AS now LEFT JOIN (SELECT step, sum(cost_seconds) AS cost FROM "
         "evaluation WHERE id < 1 << 62 GROUP BY step) USING (step) ORDER BY now.step;"
         "CREATE VIEW confirmations AS SELECT step, architecture, failure, rejected" +
         MetricColumns(metrics) + " FROM evaluation WHERE id >= 1 << 62;";
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

void MakeViews(Database& database, const std::vector<MetricDeclaration>& metrics) {
  database.Execute("CREATE VIEW trials AS SELECT trial.step, architecture, reward" +
                   ShownColumns(metrics) +
                   ", violation, random, reused, trial.failure, evaluation FROM trial JOIN "
                   "evaluation ON evaluation.id = trial.evaluation;"
                   "CREATE VIEW rejections AS SELECT step, architecture" +
                   ShownColumns(metrics) + " FROM evaluation WHERE rejected;");
  database.Execute(AreNoisy(metrics) ? NoisyViews(metrics) : kExactViews);
  database.Execute(kViews);
}

void MigrateFrom2(Database& database) {
  database.Execute(kFrom2);
  database.Execute(kRecordTable);
  database.Execute(kRecordsFrom2);
  MakeViews(database, ReadMetrics(database));
}

// Rows of an older file get no checksums, because nobody knows whether they are as they were
// written.
void MigrateTo4(Database& database, bool has_record_column) {
  database.Execute(kFrom3);
  if (!has_record_column) {
    database.Execute("ALTER TABLE record ADD COLUMN _checksum INTEGER");
  }
  Statement count(database, "SELECT count(*) FROM meta");
  count.Next();
  WriteMeta(database, kUncheckedKey, std::to_string(count.Integer(0) + CountRows(database)));
  WriteMeta(database, kSchemaKey, SchemaChecksum(database));
  WriteMeta(database, "format", std::to_string(kFormat));
}

}  // namespace

std::string MetricColumns(const std::vector<MetricDeclaration>& metrics, std::string_view suffix) {
  std::string columns;
  for (const MetricDeclaration& m : metrics) {
    columns.append(", \"").append(m.name).append("\"").append(suffix);
  }
  return columns;
}

std::vector<Table> TablesFor(const std::vector<MetricDeclaration>& metrics) {
  return {
      {"meta", "key, value", 2},
      {"metric", "position, name, unit, direction, split, dataset, epochs", 7},
      {"evaluation",
       "id, step, architecture, failure, rejected, cost_seconds" + MetricColumns(metrics),
       6 + metrics.size()},
      {"trial", "step, evaluation, random, reused, reward, violation, action, failure", 8},
      {"front", "step", 1},
      {"record", "step, evaluation, position, name, value", 5},
  };
}

Table TableNamed(std::string_view name, const std::vector<MetricDeclaration>& metrics) {
  const std::vector<Table> tables = TablesFor(metrics);
  return *std::ranges::find(tables, name, &Table::name);
}

void MakeSchema(Database& database, const std::vector<MetricDeclaration>& metrics) {
  database.Execute(kTables);
  database.Execute(kRecordTable);
  database.Execute(
      "CREATE TABLE evaluation(id INTEGER PRIMARY KEY, step INTEGER, architecture TEXT NOT "
      "NULL, failure TEXT, rejected INTEGER NOT NULL, cost_seconds REAL NOT NULL" +
      MetricColumns(metrics, " REAL") + ", _checksum INTEGER);");
  MakeViews(database, metrics);
  RowWriter insert(database, "INSERT", TableNamed("metric"));
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const MetricDeclaration& m = metrics[i];
    insert.Add(static_cast<std::uint64_t>(i));
    insert.Add(std::string_view(m.name));
    insert.Add(std::string_view(m.unit));
    insert.Add(std::string_view(m.direction == LODE_MINIMIZE ? "minimize" : "maximize"));
    insert.Add(std::string_view(SplitName(m.split)));
    insert.Add(std::string_view(m.dataset));
    insert.Add(m.epochs);
    insert.Write();
  }
  WriteMeta(database, kSchemaKey, SchemaChecksum(database));
  WriteMeta(database, "format", std::to_string(kFormat));
}

std::string ReadMeta(Database& database, std::string_view key) {
  Statement select(database, "SELECT value FROM meta WHERE key = ?");
  select.Bind(1, key);
  return select.Next() ? std::string(select.Text(0)) : "";
}

void WriteMeta(Database& database, std::string_view key, std::string_view value) {
  RowWriter insert(database, "INSERT OR REPLACE", TableNamed("meta"));
  insert.Add(key);
  insert.Add(value);
  insert.Write();
}

std::vector<MetricDeclaration> ReadMetrics(Database& database) {
  Statement select(
      database,
      "SELECT name, unit, direction, split, dataset, epochs FROM metric ORDER BY position");
  std::vector<MetricDeclaration> metrics;
  while (select.Next()) {
    MetricDeclaration& m = metrics.emplace_back();
    m.name = select.Text(0);
    m.unit = select.Text(1);
    m.direction = select.Text(2) == "minimize" ? LODE_MINIMIZE : LODE_MAXIMIZE;
    for (const lode_split split : {LODE_SPLIT_TRAIN, LODE_SPLIT_VALIDATION, LODE_SPLIT_TEST}) {
      m.split = SplitName(split) == select.Text(3) ? split : m.split;
    }
    m.dataset = select.Text(4);
    m.epochs = select.Real(5);
  }
  if (metrics.empty()) {
    throw HostError(database.file().string() + ": has no metrics; every run has at least one");
  }
  return metrics;
}

bool HasChecksums(Database& database) {
  Statement columns(database, "SELECT 1 FROM pragma_table_info('meta') WHERE name = ?");
  columns.Bind(1, std::string_view(kChecksumColumn));
  return columns.Next();
}

int FormatOf(Database& database) {
  const std::string text = ReadMeta(database, "format");
  int format = 0;
  std::from_chars(text.data(), text.data() + text.size(), format);
  if (format < 2 || format > kFormat) {
    throw HostError(database.file().string() + ": has format '" + text +
                    "', this program reads 2 to " + std::to_string(kFormat));
  }
  return format;
}

// Tables and views that others have added do not count.
std::string SchemaChecksum(Database& database) {
  Statement select(database,
                   "SELECT name, sql FROM sqlite_schema WHERE name IN ('meta', 'metric', "
                   "'evaluation', 'trial', 'front', 'record', 'trials', 'best', 'curve', 'pareto', "
                   "'failures', 'rejections') ORDER BY name");
  RowChecksum checksum;
  while (select.Next()) {
    select.AddTo(checksum, 2);
  }
  return FormatChecksum(checksum.Take());
}

std::uint64_t CountRows(Database& database) {
  Statement count(database,
                  "SELECT (SELECT count(*) FROM metric) + (SELECT count(*) FROM evaluation) + "
                  "(SELECT count(*) FROM trial) + (SELECT count(*) FROM front) + "
                  "(SELECT count(*) FROM record)");
  count.Next();
  return count.Integer(0);
}

void RequireReadable(Database& database) {
  if (FormatOf(database) < 3) {
    throw HostError(database.file().string() + ": has an older format; `lode resume` upgrades it");
  }
}

void Migrate(Database& database) {
  const int format = FormatOf(database);
  if (format == kFormat) {
    return;
  }
  database.Execute("BEGIN IMMEDIATE");
  try {
    if (format == 2) {
      MigrateFrom2(database);
    }
    MigrateTo4(database, format == 2);
    database.Execute("COMMIT");
  } catch (const HostError&) {
    database.Execute("ROLLBACK");
    throw;
  }
}

}  // namespace lode::core
