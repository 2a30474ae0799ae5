// Tables as delimited text, line by line, as programs, pandas, R and spreadsheets write them.
//
// The first line names the columns; names that nobody asks for may be empty or equal. Every further
// line has as many fields. Lines end with \n or \r\n, the last one too: a file without it has been
// cut off. A field that begins with a double quote ends with one, has two for each in its text, and
// may have line breaks in it (RFC 4180); quotes elsewhere are characters as others. Spaces around a
// field are not part of it. A byte order mark, a line "sep=;" in front as Excel takes it, and lines
// without any text at the end are skipped.
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
  // For `delimiter`: the first of tab, comma and semicolon that the first line has outside quotes,
  // else a comma.
  static constexpr char kAuto = '\0';

  // Reads the first line. `name` is what messages call the file; `text` outlives the reader.
  Reader(std::string_view text, std::string name, char delimiter);

  bool Has(std::string_view column) const;
  // The field of the column with that name; throws if there is none, or if there are several.
  std::size_t Find(std::string_view column) const;

  // Goes to the next line and checks that it has all fields; false at the end.
  bool Next();

  // ---- of the current line

  // Its number in the file; of the first, if a quoted field has line breaks.
  std::size_t line() const { return line_; }
  // How much of the text has been read, in [0, 1].
  double fraction() const;

  // REQUIRES, here and below: field is a column's.
  std::string Text(std::size_t field) const;
  // A finite decimal number without white space. Where fields are not separated by commas, a table
  // may have decimal commas (European spreadsheets); all of its numbers then do.
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

  void SkipMark();
  char TakeSeparatorLine();
  void ReadHeader(char delimiter);
  void CutBlankEnd();
  void TakeLine();
  bool ExtendLine();
  std::size_t SplitLine();
  Field TakeField(std::string_view& rest) const;
  Field TakeQuoted(std::string_view& rest);
  std::string DelimiterName() const;
  bool IsDecimalComma(std::size_t field) const;
  // "LINE:COLUMN" of what is in the line.
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
  mutable char decimal_ = '\0';  // what the table's numbers have before their decimals, once known
  std::vector<Field> fields_;    // the first kMaxColumns of the line
};

}  // namespace delimited

#endif  // LODE_PLUGINS_DELIMITED_READER_H_
