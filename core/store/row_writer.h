// Inserts rows into a table of run.db, each with its checksum.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/store/database.h"
#include "core/store/schema.h"

namespace lode::core {

// Takes the values of a row in the order of the table's columns. The database outlives *this.
class RowWriter {
 public:
  // `verb` is the SQL verb, such as "INSERT OR IGNORE"; `otherwise` is the clause for rows that
  // exist, such as "ON CONFLICT(step) DO NOTHING".
  RowWriter(Database& database, std::string_view verb, const Table& table,
            std::string_view otherwise = "");

  template <class T>
  void Add(T value) {
    statement_.Bind(next_++, value);
    checksum_.Add(value);
  }
  void AddNull();
  void AddOrNull(std::string_view text);        // "" becomes NULL
  void AddOrNull(std::span<const float> blob);  // likewise

  // Writes the row. Texts and blobs must stay valid until then.
  void Write();

 private:
  Statement statement_;
  RowChecksum checksum_;
  int next_ = 1;
};

}  // namespace lode::core
