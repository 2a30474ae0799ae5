// The tables and views of run.db (run_store.h describes their contents), and how older files are
// upgraded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/store/database.h"

namespace lode::core {

// The version of the tables; it grows with every change. A file is in the lowest format that has
// what it contains: 5 for fidelities or an order, 6 for known trials.
inline constexpr int kFormat = 6;

// The columns and tables that depend on the run.
struct StoreShape {
  // Without fidelities, order and known trials.
  StoreShape(std::vector<MetricDeclaration> its_metrics)  // NOLINT(google-explicit-constructor)
      : metrics(std::move(its_metrics)) {}

  std::vector<MetricDeclaration> metrics;
  bool has_fidelities = false;  // the optimizer chooses the fidelities of evaluations
  bool has_order = false;       // trials are told as their evaluations finish
  bool has_known = false;       // the run begins with known trials, which have rows in `evaluation`
};

// The column of every table with the checksum of the other columns (row_checksum.h). No metric can
// have this name.
inline constexpr char kChecksumColumn[] = "_checksum";

// The key in `meta` for the number of rows from an older file without checksums; without the key,
// none.
inline constexpr char kUncheckedKey[] = "rows_without_checksum";
// The key for the checksum of the definitions of tables and views.
inline constexpr char kSchemaKey[] = "schema";
// The key for the number of rows in all tables except meta when the run ended.
inline constexpr char kRowsKey[] = "rows";

// A table's name and its columns without the checksum, in the order in which they are summed.
struct Table {
  std::string name;
  std::string columns;  // "step, evaluation"
  std::size_t width;    // number of columns
};

// The key for what a file has beyond format 4: "fidelities", "order", "known", or several of them.
inline constexpr char kShapeKey[] = "shape";

// Returns meta, metric, evaluation, trial, front, record, and taken if there is an order. (The
// table `timing` has no checksums, because no result depends on it.)
std::vector<Table> TablesFor(const StoreShape& shape);
Table TableNamed(std::string_view name, const StoreShape& shape = {{}});

// Returns `, "a"suffix, "b"suffix`. Metric names are quoted, because "order" is a valid name, too.
std::string MetricColumns(const std::vector<MetricDeclaration>& metrics,
                          std::string_view suffix = "");

// Creates the tables and views in an empty file and records their format.
void MakeSchema(Database& database, const StoreShape& shape);

// Creates the table `timing` in a file that lacks it.
void MakeTimingTable(Database& database);

// Returns the value of a key in meta, or "" without it.
std::string ReadMeta(Database& database, std::string_view key);

// Returns the shape of a file, which has at least one metric; without the metrics' docs, which are
// not stored. Throws HostError.
StoreShape ReadShape(Database& database);

// Returns whether the file has columns for checksums.
bool HasChecksums(Database& database);

// Returns the checksum of the file's definitions of tables and views.
std::string SchemaChecksum(Database& database);

// Writes a row of meta and replaces one with the same key.
void WriteMeta(Database& database, std::string_view key, std::string_view value);

// Returns the number of rows in all tables except meta.
std::uint64_t CountRows(Database& database);

// Upgrades a file of format 2 or 3 to format 4, completely or not at all. Throws HostError for a
// newer one.
void Migrate(Database& database);

// Returns the format, 2 to kFormat. Throws HostError for a newer format, or none.
int FormatOf(Database& database);

// Throws HostError for a file that Migrate must upgrade before it can be read.
void RequireReadable(Database& database);

}  // namespace lode::core
