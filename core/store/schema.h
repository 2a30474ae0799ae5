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
inline constexpr int kFormat = 3;

// `, "a"suffix, "b"suffix`. Metric names are quoted: "order" is as good a name as any.
std::string MetricColumns(const std::vector<MetricDeclaration>& metrics,
                          std::string_view suffix = "");

// Makes the tables and views of an empty file, and says their format.
void MakeSchema(Database& database, const std::vector<MetricDeclaration>& metrics);

// What the file says of itself; "" for a key that is not there.
std::string ReadMeta(Database& database, std::string_view key);

// The metrics that the file was made for; their docs are not kept.
std::vector<MetricDeclaration> ReadMetrics(Database& database);

// Brings an older file to the present format, as a whole or not at all. Throws HostError for a
// newer one.
void Migrate(Database& database);

// Whether Migrate has something to do. Throws HostError for a newer format, or none.
bool IsOlder(Database& database);

}  // namespace lode::core
