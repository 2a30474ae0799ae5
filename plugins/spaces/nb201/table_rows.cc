#include "plugins/spaces/nb201/table_rows.h"

#include <algorithm>
#include <cmath>
#include <lode/plugin.hpp>
#include <optional>

#include "toolkit/files/delimited_reader.h"

namespace nb201 {
namespace {

double ReadNumber(const lode::files::DelimitedReader& line, std::size_t field,
                  const NumberColumn& column) {
  const double value = line.Number(field);
  const bool lacks = column.may_lack && value == -1;
  if (!lacks && (value < 0 || value > column.max)) {
    line.FailAt(field, std::string("expected ") + column.range);
  }
  if (column.whole && value != std::floor(value)) { line.FailAt(field, "expected a whole number"); }
  return value;
}

// The keys that identify lines, and the line of each key.
class Keys {
 public:
  Keys(const lode::files::DelimitedReader& header, const std::string& name, RowKey kind)
      : name_(name),
        kind_(kind),
        field_(header.Find(kind == RowKey::kIndex ? kIndexColumn : kArchitectureColumn)),
        line_of_(kArchitectures, 0) {}

  std::uint32_t Read(const lode::files::DelimitedReader& line) {
    const std::uint32_t key = kind_ == RowKey::kIndex ? ReadIndex(line) : ReadArchitecture(line);
    if (line_of_[key] != 0) {
      line.Fail((kind_ == RowKey::kIndex ? "" : "the architecture ") + NameOf(key) +
                " is already on line " + std::to_string(line_of_[key]));
    }
    line_of_[key] = line.line();
    return key;
  }

  void RequireAll() const {
    const auto first = std::find(line_of_.begin(), line_of_.end(), 0u);
    if (first == line_of_.end()) { return; }
    const auto missing = std::count(first, line_of_.end(), 0u);
    throw lode::IoError(name_ + ": " + std::to_string(missing) + " of " +
                        std::to_string(kArchitectures) + " architectures are missing, the first " +
                        NameOf(static_cast<std::uint32_t>(first - line_of_.begin())));
  }

 private:
  std::uint32_t ReadIndex(const lode::files::DelimitedReader& line) const {
    static const NumberColumn column = {
        std::string(kIndexColumn), kArchitectures - 1, true, false, false, "0 to 15624"};
    return static_cast<std::uint32_t>(ReadNumber(line, field_, column));
  }

  std::uint32_t ReadArchitecture(const lode::files::DelimitedReader& line) const {
    Cell cell{};
    ParseError error;
    if (!nb201::Parse(line.Text(field_), &cell, &error)) {
      line.FailIn(field_, error.column - 1, error.message);
    }
    return ToIndex(cell);
  }

  std::string NameOf(std::uint32_t key) const {
    return kind_ == RowKey::kIndex ? "index " + std::to_string(key) : Format(FromIndex(key));
  }

  const std::string& name_;
  RowKey kind_;
  std::size_t field_;
  std::vector<std::size_t> line_of_;  // 0: not seen yet
};

}  // namespace

Rows ParseRows(std::string_view text, const std::string& name, RowKey key,
               const std::vector<NumberColumn>& columns) {
  lode::files::DelimitedReader reader(text, name, '\t');
  std::vector<std::optional<std::size_t>> fields;  // none: the table lacks the column
  fields.reserve(columns.size());
  for (const NumberColumn& column : columns) {
    const bool absent = column.optional && !reader.Has(column.name);
    fields.push_back(absent ? std::nullopt : std::optional(reader.Find(column.name)));
  }
  Keys keys(reader, name, key);
  Rows rows;
  rows.keys.reserve(kArchitectures);
  rows.values.reserve(kArchitectures * columns.size());
  while (reader.Next()) {
    rows.keys.push_back(keys.Read(reader));
    for (std::size_t k = 0; k < columns.size(); ++k) {
      rows.values.push_back(fields[k] ? ReadNumber(reader, *fields[k], columns[k])
                                      : std::numeric_limits<double>::quiet_NaN());
    }
  }
  keys.RequireAll();
  return rows;
}

}  // namespace nb201
