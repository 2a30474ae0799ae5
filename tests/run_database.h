// Reads the store of a run.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "tests/shell.h"

namespace lode {

// Returns all rows of a query on the run.db in `run`: cells joined by '|', rows by newlines.
inline std::string Select(const std::filesystem::path& run, const char* sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2((run / "run.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr),
            SQLITE_OK);
  sqlite3_busy_timeout(db, 10000);
  std::string text;
  const auto add_row = [](void* out, int n, char** cells, char**) {
    auto& rows = *static_cast<std::string*>(out);
    for (int i = 0; i < n; ++i) {
      rows += i > 0 ? "|" : "";
      rows += cells[i] != nullptr ? cells[i] : "NULL";
    }
    rows += "\n";
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql, add_row, &text, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  return text;
}

// Returns everything in a store that must not depend on time, with every bit of every number.
inline std::string Dump(const std::filesystem::path& run) {
  return OutputOf("sqlite3 '" + (run / "run.db").string() +
                  "' .dump | grep -v -E '^(CREATE TABLE|INSERT INTO) timing'");
}

}  // namespace lode
