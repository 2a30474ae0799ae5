// Reads tables of delimited text line by line, as written by programs, pandas, R and spreadsheets.
//
// The first line names the columns; unused names may be empty or repeated. Every further line has
// the same number of fields. Lines end with \n or \r\n, including the last one: a file without that
// is truncated. A field that begins with a double quote ends with one, contains two for each in its
// text, and may contain line breaks (RFC 4180); elsewhere quotes are ordinary characters. Spaces
// around a field are not part of it. A byte order mark, a first line "sep=;" for Excel, and lines
// without any text at the end are skipped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lode::files {

// Errors are thrown as IoError with a message that begins with the file's name and, where
// applicable, line and column (counted from 1, in bytes of the line).
class DelimitedReader {
 public:
  static constexpr std::size_t kMaxColumns = 1000;
  // Selects the first of tab, comma and semicolon that the first line has outside quotes, or else a
  // comma.
  static constexpr char kAuto = '\0';

  // Reads the first line. Messages call the file `name`; `text` must outlive the reader.
  DelimitedReader(std::string_view text, std::string name, char delimiter);

  bool Has(std::string_view column) const;
  // Returns the field of the column with that name; throws if there is none or several.
  std::size_t Find(std::string_view column) const;

  // Advances to the next line and checks that it has all fields; returns false at the end.
  bool Next();

  // ---- the current line

  // Its number in the file; the number of its first line if a quoted field has line breaks.
  std::size_t line() const { return line_; }
  // The fraction of the text that has been read, in [0, 1].
  double fraction() const;

  // REQUIRES, here and below: field is a column's.
  std::string Text(std::size_t field) const;
  // A finite decimal number without white space. If fields are not separated by commas, a table may
  // have decimal commas (European spreadsheets); then all of its numbers must.
  double Number(std::size_t field) const;

  [[noreturn]] void Fail(const std::string& message) const;
  // Fails with "COLUMN is TEXT, expected ...".
  [[noreturn]] void FailAt(std::size_t field, const std::string& expected) const;
  // Fails at the byte `offset` of a field.
  [[noreturn]] void FailIn(std::size_t field, std::size_t offset, const std::string& message) const;

 private:
  struct Field {
    std::string_view text;  // in the line, without the quotes around it
    bool doubled = false;   // it contains doubled quotes
  };

  void SkipMark();
  char TakeSeparatorLine();
  void ReadHeader(char delimiter);
  void RemoveBlankEnd();
  void TakeLine();
  bool ExtendLine();
  std::size_t SplitLine();
  Field TakeField(std::string_view& rest) const;
  Field TakeQuoted(std::string_view& rest);
  std::string DelimiterName() const;
  bool IsDecimalComma(std::size_t field) const;
  // Returns "LINE:COLUMN" of a part of the line.
  std::string PlaceOf(std::string_view where) const;
  [[noreturn]] void FailHere(std::string_view where, const std::string& message) const;

  std::string_view text_, rest_;
  std::string name_;
  char delimiter_ = ',';
  std::vector<std::string> columns_;
  std::vector<std::string> places_;  // of their names, "LINE:COLUMN"
  std::size_t line_ = 0;
  std::size_t breaks_ = 0;  // line breaks within the current line's fields
  std::string_view line_text_;
  mutable char decimal_ = '\0';  // the table's decimal separator, once known
  std::vector<Field> fields_;    // the first kMaxColumns of the line
};

}  // namespace lode::files
