// Tables as delimited text, line by line.
//
// The first line names the columns, each differently; every further line has as many fields. Lines
// end with \n or \r\n, the last one too: a file without it has been cut off. A field that begins
// with a double quote ends with one and has two for each in its text (RFC 4180); it cannot go on in
// another line. Quotes elsewhere are characters as others. A byte order mark at the start is
// skipped.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_DELIMITED_READER_H_
#define LODE_PLUGINS_DELIMITED_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace delimited {

// Errors are thrown as lode::IoError with a message that begins with the file's name and, as far as
// they apply, line and column (counted from 1, in bytes of the line).
class Reader {
 public:
  static constexpr std::size_t kMaxColumns = 1000;
  // For `delimiter`: a tab if the first line has one, else a comma.
  static constexpr char kAuto = '\0';

  // Reads the first line. `name` is what messages call the file; `text` outlives the reader.
  Reader(std::string_view text, std::string name, char delimiter);

  bool Has(std::string_view column) const;
  // The field of the column with that name; throws if there is none.
  std::size_t Find(std::string_view column) const;

  // Goes to the next line and checks that it has all fields; false at the end.
  bool Next();

  // ---- of the line in hand

  std::size_t line() const { return line_; }
  // How much of the text has been read, in [0, 1].
  double fraction() const;

  // REQUIRES, here and below: field is a column's.
  std::string Text(std::size_t field) const;
  // A finite decimal number without white space.
  double Number(std::size_t field) const;

  [[noreturn]] void Fail(const std::string& message) const;
  // "COLUMN is TEXT, expected ...".
  [[noreturn]] void FailAt(std::size_t field, const std::string& expected) const;
  // At the byte `offset` of a field.
  [[noreturn]] void FailIn(std::size_t field, std::size_t offset, const std::string& message) const;

 private:
  struct Field {
    std::string_view text;  // in the line, without the quotes around it
    bool doubled = false;   // it has quotes, twice each
  };

  void ReadHeader(char delimiter);
  void TakeLine();
  std::size_t SplitLine();
  Field TakeField(std::string_view& rest) const;
  Field TakeQuoted(std::string_view& rest) const;
  std::string DelimiterName() const;
  // `where` is in the line.
  [[noreturn]] void FailHere(std::string_view where, const std::string& message) const;

  std::string_view text_, rest_;
  std::string name_;
  char delimiter_ = ',';
  std::vector<std::string> columns_;
  std::size_t line_ = 0;
  std::string_view line_text_;
  std::vector<Field> fields_;  // the first kMaxColumns of the line
};

}  // namespace delimited

#endif  // LODE_PLUGINS_DELIMITED_READER_H_
