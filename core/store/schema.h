// The tables and views of run.db (run_store.h says what is in them), and how older files become
// the present ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/store/database.h"

namespace lode::core {

// Of the tables: a number that grows with every change.
inline constexpr int kFormat = 4;

// In every table: of the row's other columns (row_checksum.h). No metric can be called so.
inline constexpr char kChecksumColumn[] = "_checksum";

// Of how many rows of an older file the checksums are missing; no such key: of none.
inline constexpr char kUncheckedKey[] = "rows_without_checksum";
// Of the definitions of tables and views.
inline constexpr char kSchemaKey[] = "schema";
// How many rows all tables but meta have, once the run has ended.
inline constexpr char kRowsKey[] = "rows";

// A table's name and its columns but for the checksum, in the order in which that takes them.
struct Table {
  std::string name;
  std::string columns;  // "step, evaluation"
  std::size_t width;    // how many columns
};

// meta, metric, evaluation, trial, front, record.
std::vector<Table> TablesFor(const std::vector<MetricDeclaration>& metrics);
Table TableNamed(std::string_view name, const std::vector<MetricDeclaration>& metrics = {});

// `, "a"suffix, "b"suffix`. Metric names are quoted: "order" is as good a name as any.
std::string MetricColumns(const std::vector<MetricDeclaration>& metrics,
                          std::string_view suffix = "");

// Makes the tables and views of an empty file, and says their format.
void MakeSchema(Database& database, const std::vector<MetricDeclaration>& metrics);

// What the file says of itself; "" for a key that is not there.
std::string ReadMeta(Database& database, std::string_view key);

// The metrics that the file was made for, at least one; their docs are not kept. Throws HostError.
std::vector<MetricDeclaration> ReadMetrics(Database& database);

// Whether the file was made for checksums.
bool HasChecksums(Database& database);

// The checksum of the file's definitions of tables and views.
std::string SchemaChecksum(Database& database);

// Writes a row of meta, over the one of the same key.
void WriteMeta(Database& database, std::string_view key, std::string_view value);

// How many rows all tables but meta have.
std::uint64_t CountRows(Database& database);

// Brings an older file to the present format, as a whole or not at all. Throws HostError for a
// newer one.
void Migrate(Database& database);

// 2 to kFormat. Throws HostError for a newer format, or none.
int FormatOf(Database& database);

// Throws HostError for a file that cannot be read before Migrate has brought it to the present
// format.
void RequireReadable(Database& database);

}  // namespace lode::core
