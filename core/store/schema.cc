#include "core/store/schema.h"

#include <algorithm>
#include <charconv>

#include "core/plugin/checksum.h"
#include "core/plugin/error.h"
#include "core/store/row_writer.h"
#include "core/store/views.h"

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

constexpr char kTakenTable[] = R"sql(
CREATE TABLE taken(position INTEGER PRIMARY KEY, step INTEGER NOT NULL, _checksum INTEGER);
)sql";

// On one line, which is easily left out of a dump.
constexpr char kTimingTable[] =
    "CREATE TABLE IF NOT EXISTS timing(evaluation INTEGER PRIMARY KEY, step INTEGER NOT NULL, "
    "start REAL NOT NULL, seconds REAL NOT NULL, worker INTEGER NOT NULL, host TEXT NOT NULL)";

constexpr char kRecordTable[] = R"sql(
CREATE TABLE record(step INTEGER NOT NULL, evaluation INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
                    value REAL, _checksum INTEGER, PRIMARY KEY(step, evaluation, position)) WITHOUT ROWID;
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

void MigrateFrom2(Database& database) {
  database.Execute(kFrom2);
  database.Execute(kRecordTable);
  database.Execute(kRecordsFrom2);
  database.Execute(ViewsFor(ReadShape(database)));
}

// Rows of an older file get no checksums, because nobody knows whether they are as they were
// written.
void MigrateTo4(Database& database, bool has_record_column) {
  database.Execute(kFrom3);
  if (!has_record_column) { database.Execute("ALTER TABLE record ADD COLUMN _checksum INTEGER"); }
  Statement count(database, "SELECT count(*) FROM meta");
  count.Next();
  WriteMeta(database, kUncheckedKey, std::to_string(count.Integer(0) + CountRows(database)));
  WriteMeta(database, kSchemaKey, SchemaChecksum(database));
  WriteMeta(database, "format", "4");
}

constexpr std::string_view kFidelities = "fidelities";
constexpr std::string_view kOrder = "order";
constexpr std::string_view kKnown = "known";

bool HasExtra(Database& database, std::string_view name) {
  return ReadMeta(database, kShapeKey).find(name) != std::string::npos;
}

// Returns the value of kShapeKey, or "".
std::string ExtrasOf(const StoreShape& shape) {
  std::string extras;
  const auto add = [&extras](bool has, std::string_view name) {
    if (has) { extras.append(extras.empty() ? "" : " ").append(name); }
  };
  add(shape.has_fidelities, kFidelities);
  add(shape.has_order, kOrder);
  add(shape.has_known, kKnown);
  return extras;
}

// Returns the lowest format that has all of it.
int FormatFor(const StoreShape& shape) {
  return shape.has_known ? 6 : shape.has_fidelities || shape.has_order ? 5 : 4;
}

void WriteMetrics(Database& database, const std::vector<MetricDeclaration>& metrics) {
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

}  // namespace

std::string MetricColumns(const std::vector<MetricDeclaration>& metrics, std::string_view suffix) {
  std::string columns;
  for (const MetricDeclaration& m : metrics) {
    columns.append(", \"").append(m.name).append("\"").append(suffix);
  }
  return columns;
}

std::vector<Table> TablesFor(const StoreShape& shape) {
  const std::string fidelity = shape.has_fidelities ? ", fidelity" : "";
  std::vector<Table> tables = {
      {"meta", "key, value", 2},
      {"metric", "position, name, unit, direction, split, dataset, epochs", 7},
      {"evaluation",
       "id, step, architecture, failure, rejected, cost_seconds" + fidelity +
           MetricColumns(shape.metrics),
       6 + (shape.has_fidelities ? 1 : 0) + shape.metrics.size()},
      {"trial", "step, evaluation, random, reused, reward, violation, action, failure", 8},
      {"front", "step", 1},
      {"record", "step, evaluation, position, name, value", 5},
  };
  if (shape.has_order) { tables.push_back({"taken", "position, step", 2}); }
  return tables;
}

Table TableNamed(std::string_view name, const StoreShape& shape) {
  const std::vector<Table> tables = TablesFor(shape);
  return *std::ranges::find(tables, name, &Table::name);
}

void MakeSchema(Database& database, const StoreShape& shape) {
  database.Execute(kTables);
  database.Execute(kRecordTable);
  database.Execute(shape.has_order ? kTakenTable : "");
  database.Execute(
      "CREATE TABLE evaluation(id INTEGER PRIMARY KEY, step INTEGER, architecture TEXT NOT "
      "NULL, failure TEXT, rejected INTEGER NOT NULL, cost_seconds REAL NOT NULL" +
      std::string(shape.has_fidelities ? ", fidelity REAL NOT NULL" : "") +
      MetricColumns(shape.metrics, " REAL") + ", _checksum INTEGER);");
  database.Execute(ViewsFor(shape));
  WriteMetrics(database, shape.metrics);
  const std::string extras = ExtrasOf(shape);
  if (!extras.empty()) { WriteMeta(database, kShapeKey, extras); }
  WriteMeta(database, kSchemaKey, SchemaChecksum(database));
  WriteMeta(database, "format", std::to_string(FormatFor(shape)));
}

void MakeTimingTable(Database& database) { database.Execute(kTimingTable); }

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

StoreShape ReadShape(Database& database) {
  StoreShape shape(ReadMetrics(database));
  shape.has_fidelities = HasExtra(database, kFidelities);
  shape.has_order = HasExtra(database, kOrder);
  shape.has_known = HasExtra(database, kKnown);
  return shape;
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
                   "'failures', 'rejections', 'taken', 'known') ORDER BY name");
  RowChecksum checksum;
  while (select.Next()) { select.AddTo(checksum, 2); }
  return FormatChecksum(checksum.Take());
}

std::uint64_t CountRows(Database& database) {
  Statement count(
      database,
      "SELECT (SELECT count(*) FROM metric) + (SELECT count(*) FROM evaluation) + "
      "(SELECT count(*) FROM trial) + (SELECT count(*) FROM front) + "
      "(SELECT count(*) FROM record)" +
          std::string(HasExtra(database, kOrder) ? " + (SELECT count(*) FROM taken)" : ""));
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
  if (format >= 4) { return; }
  database.Execute("BEGIN IMMEDIATE");
  try {
    if (format == 2) { MigrateFrom2(database); }
    MigrateTo4(database, format == 2);
    database.Execute("COMMIT");
  } catch (const HostError&) {
    database.Execute("ROLLBACK");
    throw;
  }
}

}  // namespace lode::core
