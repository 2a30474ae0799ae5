#include "core/store/row_writer.h"

#include <string>

namespace lode::core {
namespace {

// "INSERT INTO front(step, _checksum) VALUES(?, ?)"
std::string InsertionInto(const Table& table, std::string_view verb, std::string_view otherwise) {
  std::string values = "?";
  for (std::size_t i = 0; i < table.width; ++i) { values += ", ?"; }
  return std::string(verb) + " INTO " + table.name + "(" + table.columns + ", " + kChecksumColumn +
         ") VALUES(" + values + ") " + std::string(otherwise);
}

}  // namespace

RowWriter::RowWriter(Database& database, std::string_view verb, const Table& table,
                     std::string_view otherwise)
    : statement_(database, InsertionInto(table, verb, otherwise)) {}

void RowWriter::AddNull() {
  statement_.BindNull(next_++);
  checksum_.AddNull();
}

void RowWriter::AddOrNull(std::string_view text) {
  if (text.empty()) {
    AddNull();
  } else {
    Add(text);
  }
}

void RowWriter::AddOrNull(std::span<const float> blob) {
  if (blob.empty()) {
    AddNull();
  } else {
    Add(blob);
  }
}

void RowWriter::Write() {
  statement_.Bind(next_, checksum_.Take());
  next_ = 1;
  statement_.Run();
}

}  // namespace lode::core
