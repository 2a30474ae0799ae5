#include "core/store/schema.h"

#include <charconv>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

constexpr char kTables[] = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE metric(position INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, direction TEXT NOT NULL,
                    split TEXT NOT NULL, dataset TEXT NOT NULL, epochs REAL NOT NULL);
CREATE TABLE trial(step INTEGER PRIMARY KEY, evaluation INTEGER NOT NULL REFERENCES evaluation(id),
                   random INTEGER NOT NULL, reused INTEGER NOT NULL, reward REAL, violation REAL, action BLOB,
                   failure TEXT);
CREATE TABLE front(step INTEGER PRIMARY KEY);
)sql";

constexpr char kRecordTable[] = R"sql(
CREATE TABLE record(step INTEGER NOT NULL, evaluation INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
                    value REAL, PRIMARY KEY(step, evaluation, position)) WITHOUT ROWID;
)sql";

constexpr char kViews[] = R"sql(
CREATE VIEW best AS SELECT * FROM trials WHERE violation = 0 AND NOT reused
  ORDER BY reward DESC, step LIMIT 10;
CREATE VIEW curve AS SELECT trial.step, reward,
    max(reward) FILTER (WHERE violation = 0) OVER (ORDER BY trial.step) AS best_reward,
    coalesce(sum(cost) OVER (ORDER BY trial.step), 0) AS cost_seconds
  FROM trial LEFT JOIN (SELECT step, sum(cost_seconds) AS cost FROM evaluation GROUP BY step) USING (step)
  ORDER BY trial.step;
CREATE VIEW pareto AS SELECT trials.* FROM trials JOIN front USING (step);
CREATE VIEW failures AS SELECT step, architecture, failure FROM trials WHERE failure IS NOT NULL;
)sql";

// From format 2, in which evaluations did not say what they belong to, and proposals that were
// measured and rejected were not kept.
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

constexpr char kRecordsFrom2[] = R"sql(
INSERT INTO record SELECT step, 0, row_number() OVER (PARTITION BY step ORDER BY rowid) - 1, name, value
  FROM old_record;
DROP TABLE old_record;
)sql";

void MakeViews(Database& database, const std::vector<MetricDeclaration>& metrics) {
  database.Execute("CREATE VIEW trials AS SELECT trial.step, architecture, reward" +
                   MetricColumns(metrics) +
                   ", violation, random, reused, trial.failure, evaluation FROM trial JOIN "
                   "evaluation ON evaluation.id = trial.evaluation;"
                   "CREATE VIEW rejections AS SELECT step, architecture" +
                   MetricColumns(metrics) + " FROM evaluation WHERE rejected;");
  database.Execute(kViews);
}

int FormatOf(Database& database) {
  const std::string text = ReadMeta(database, "format");
  int format = 0;
  std::from_chars(text.data(), text.data() + text.size(), format);
  if (format < 2 || format > kFormat) {
    throw HostError(database.file().string() + ": is of format '" + text +
                    "', this program knows 2 to " + std::to_string(kFormat));
  }
  return format;
}

}  // namespace

std::string MetricColumns(const std::vector<MetricDeclaration>& metrics, std::string_view suffix) {
  std::string columns;
  for (const MetricDeclaration& m : metrics) {
    columns.append(", \"").append(m.name).append("\"").append(suffix);
  }
  return columns;
}

void MakeSchema(Database& database, const std::vector<MetricDeclaration>& metrics) {
  database.Execute(kTables);
  database.Execute(kRecordTable);
  database.Execute(
      "CREATE TABLE evaluation(id INTEGER PRIMARY KEY, step INTEGER, architecture TEXT NOT "
      "NULL, failure TEXT, rejected INTEGER NOT NULL, cost_seconds REAL NOT NULL" +
      MetricColumns(metrics, " REAL") + ");");
  MakeViews(database, metrics);
  database.Execute("INSERT INTO meta VALUES('format', '" + std::to_string(kFormat) + "')");
  Statement insert(database, "INSERT INTO metric VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const MetricDeclaration& m = metrics[i];
    insert.Bind(1, static_cast<std::uint64_t>(i));
    insert.Bind(2, m.name);
    insert.Bind(3, m.unit);
    insert.Bind(4, m.direction == LODE_MINIMIZE ? "minimize" : "maximize");
    insert.Bind(5, SplitName(m.split));
    insert.Bind(6, m.dataset);
    insert.Bind(7, m.epochs);
    insert.Run();
  }
}

std::string ReadMeta(Database& database, std::string_view key) {
  Statement select(database, "SELECT value FROM meta WHERE key = ?");
  select.Bind(1, key);
  return select.Next() ? std::string(select.Text(0)) : "";
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
  return metrics;
}

bool IsOlder(Database& database) { return FormatOf(database) < kFormat; }

void Migrate(Database& database) {
  if (!IsOlder(database)) {
    return;
  }
  database.Execute("BEGIN IMMEDIATE");
  try {
    database.Execute(kFrom2);
    database.Execute(kRecordTable);
    database.Execute(kRecordsFrom2);
    MakeViews(database, ReadMetrics(database));
    Statement format(database, "UPDATE meta SET value = ? WHERE key = 'format'");
    const std::string present = std::to_string(kFormat);
    format.Bind(1, present);
    format.Run();
    database.Execute("COMMIT");
  } catch (const HostError&) {
    database.Execute("ROLLBACK");
    throw;
  }
}

}  // namespace lode::core
