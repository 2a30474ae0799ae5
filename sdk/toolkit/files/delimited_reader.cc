#include "toolkit/files/delimited_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <system_error>
#include <utility>

#include "toolkit/files/text_file.h"

namespace lode::files {

namespace {

// Returns the line without the parts in double quotes.
std::string Unquoted(std::string_view line) {
  std::string text;
  bool quoted = false;
  for (const char c : line) {
    quoted ^= c == '"';
    if (!quoted) { text += c; }
  }
  return text;
}

char FirstDelimiter(std::string_view line) {
  const std::string text = Unquoted(line);
  for (const char delimiter : {'\t', ',', ';'}) {
    if (text.find(delimiter) != std::string::npos) { return delimiter; }
  }
  return ',';
}

std::string_view WithoutSpaces(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

DelimitedReader::DelimitedReader(std::string_view text, std::string name, char delimiter)
    : text_(text), rest_(text), name_(std::move(name)) {
  SkipMark();
  if (rest_.empty()) { throw IoError(name_ + ": is empty"); }
  const char told = TakeSeparatorLine();
  ReadHeader(told != kAuto && delimiter == kAuto ? told : delimiter);
  RemoveBlankEnd();
}

void DelimitedReader::SkipMark() {
  if (rest_.starts_with("\xff\xfe") || rest_.starts_with("\xfe\xff")) {
    throw IoError(name_ + ": is UTF-16 text, expected UTF-8 (in Excel, save it as \"CSV UTF-8\")");
  }
  rest_ = WithoutByteOrderMark(rest_);
}

// Takes a line "sep=;", which tells Excel the delimiter: returns it, or kAuto if there is none.
char DelimitedReader::TakeSeparatorLine() {
  constexpr std::string_view kBegin = "sep=";
  if (!rest_.starts_with(kBegin) || rest_.size() < kBegin.size() + 2) { return kAuto; }
  const std::string_view end = rest_.substr(kBegin.size() + 1);
  if (!end.starts_with('\n') && !end.starts_with("\r\n")) { return kAuto; }
  const char delimiter = rest_[kBegin.size()];
  TakeLine();
  return delimiter;
}

void DelimitedReader::ReadHeader(char delimiter) {
  TakeLine();
  delimiter_ = delimiter == kAuto ? FirstDelimiter(line_text_) : delimiter;
  const std::size_t count = SplitLine();
  if (std::any_of(line_text_.begin(), line_text_.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
      })) {
    throw IoError(name_ + ": is neither delimited text nor gzip");
  }
  if (count > kMaxColumns) { Fail("more than " + std::to_string(kMaxColumns) + " columns"); }
  for (std::size_t field = 0; field < fields_.size(); ++field) {
    columns_.push_back(Text(field));
    places_.push_back(PlaceOf(fields_[field].text));
  }
}

// Spreadsheets keep emptied rows at the end: lines that contain only delimiters.
void DelimitedReader::RemoveBlankEnd() {
  if (!rest_.ends_with('\n')) { return; }
  const std::size_t last = rest_.find_last_not_of(std::string(" \t\r\n") + delimiter_);
  const std::size_t end = last == std::string_view::npos ? 0 : rest_.find('\n', last) + 1;
  text_.remove_suffix(rest_.size() - end);
  rest_ = rest_.substr(0, end);
}

bool DelimitedReader::Has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::size_t DelimitedReader::Find(std::string_view column) const {
  const auto at = std::find(columns_.begin(), columns_.end(), column);
  if (at == columns_.end()) {
    throw IoError(name_ + ":" + places_[0].substr(0, places_[0].find(':')) + ": no column " +
                  Quote(column) + " (nearest: " + Quote(Nearest(column, columns_)) + ")");
  }
  const auto second = std::find(at + 1, columns_.end(), column);
  if (second != columns_.end()) {
    const std::string& place = places_[static_cast<std::size_t>(second - columns_.begin())];
    throw IoError(name_ + ":" + place + ": a second column " + Quote(column));
  }
  return static_cast<std::size_t>(at - columns_.begin());
}

bool DelimitedReader::Next() {
  if (rest_.empty()) { return false; }
  TakeLine();
  const std::size_t count = SplitLine();
  if (count == columns_.size()) { return true; }
  std::string message = std::to_string(count) + (count == 1 ? " field" : " fields") +
                        ", expected " + std::to_string(columns_.size());
  if (count > columns_.size() && delimiter_ != '\t') {
    message += " (a field that contains " + DelimiterName() + " must be in double quotes)";
  }
  Fail(message);
}

double DelimitedReader::fraction() const {
  return 1 - static_cast<double>(rest_.size()) / static_cast<double>(text_.size());
}

std::string DelimitedReader::Text(std::size_t field) const {
  const auto& [text, doubled] = fields_[field];
  if (!doubled) { return std::string(text); }
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    plain += text[at];
    if (text[at] == '"') { ++at; }
  }
  return plain;
}

double DelimitedReader::Number(std::size_t field) const {
  std::string text(fields_[field].text);
  if (IsDecimalComma(field)) { std::ranges::replace(text, ',', '.'); }
  double value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc::result_out_of_range) { FailAt(field, "out of range for a number"); }
  if (fault != std::errc() || stop != text.data() + text.size()) {
    FailAt(field, "expected a number");
  }
  if (!std::isfinite(value)) { FailAt(field, "expected a finite number"); }
  return value;
}

// Whether the field has a decimal comma. Throws if the table's numbers mix both kinds.
bool DelimitedReader::IsDecimalComma(std::size_t field) const {
  const std::string_view text = fields_[field].text;
  const std::size_t at = text.find_first_of(",.");
  if (delimiter_ == ',' || at == std::string_view::npos) { return false; }
  if (decimal_ == '\0') { decimal_ = text[at]; }
  if (text[at] != decimal_) {
    FailAt(field, std::string("expected a number with a decimal ") +
                      (decimal_ == '.' ? "point" : "comma") + ", like the numbers above");
  }
  return decimal_ == ',' && text.find_first_of(",.", at + 1) == std::string_view::npos;
}

void DelimitedReader::TakeLine() {
  line_ += 1 + breaks_;
  breaks_ = 0;
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) {
    if (rest_.find('\r') != std::string_view::npos) {
      Fail("the lines end with a carriage return alone, expected a line feed");
    }
    Fail("the file is truncated: its last line does not end with a newline");
  }
  line_text_ = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  if (line_text_.ends_with('\r')) { line_text_.remove_suffix(1); }
}

// Appends the next line to the current one, whose last field is quoted and has not ended.
bool DelimitedReader::ExtendLine() {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) { return false; }
  const char* const begin = line_text_.data();
  line_text_ = {begin, static_cast<std::size_t>(rest_.data() + end - begin)};
  rest_.remove_prefix(end + 1);
  if (line_text_.ends_with('\r')) { line_text_.remove_suffix(1); }
  ++breaks_;
  return true;
}

// Returns the number of fields.
std::size_t DelimitedReader::SplitLine() {
  fields_.clear();
  std::string_view rest = line_text_;
  for (std::size_t count = 1;; ++count) {
    const std::size_t text = std::min(rest.find_first_not_of(' '), rest.size());
    const bool is_quoted = rest.substr(text).starts_with('"');
    if (is_quoted) { rest.remove_prefix(text); }
    const Field field = is_quoted ? TakeQuoted(rest) : TakeField(rest);
    if (count <= kMaxColumns) { fields_.push_back(field); }
    if (rest.empty()) { return count; }
    rest.remove_prefix(1);
  }
}

// Both take a field from the front of `rest` and leave what follows it: a delimiter, or nothing.
DelimitedReader::Field DelimitedReader::TakeField(std::string_view& rest) const {
  const std::string_view text = rest.substr(0, rest.find(delimiter_));
  rest.remove_prefix(text.size());
  return {WithoutSpaces(text)};
}

DelimitedReader::Field DelimitedReader::TakeQuoted(std::string_view& rest) {
  bool doubled = false;
  for (std::size_t from = 1;;) {
    const std::size_t quote = rest.find('"', from);
    if (quote == std::string_view::npos) {
      from = rest.size();
      if (!ExtendLine()) { FailHere(rest, "the quoted field does not end"); }
      rest = line_text_.substr(static_cast<std::size_t>(rest.data() - line_text_.data()));
    } else if (rest.substr(quote + 1).starts_with('"')) {
      doubled = true;
      from = quote + 2;
    } else {
      const std::string_view text = rest.substr(1, quote - 1);
      rest.remove_prefix(quote + 1);
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
      if (!rest.empty() && rest.front() != delimiter_) {
        FailHere(rest, "expected " + DelimiterName() + " after the quoted field, found " +
                           Quote(rest.substr(0, 1)));
      }
      return {text, doubled};
    }
  }
}

std::string DelimitedReader::DelimiterName() const {
  return delimiter_ == '\t' ? "a tab" : Quote(std::string_view(&delimiter_, 1));
}

void DelimitedReader::Fail(const std::string& message) const {
  throw IoError(name_ + ":" + std::to_string(line_) + ": " + message);
}

void DelimitedReader::FailAt(std::size_t field, const std::string& expected) const {
  FailIn(field, 0, columns_[field] + " is " + Quote(Text(field)) + ", " + expected);
}

void DelimitedReader::FailIn(std::size_t field, std::size_t offset,
                             const std::string& message) const {
  FailHere(fields_[field].text.substr(offset), message);
}

void DelimitedReader::FailHere(std::string_view where, const std::string& message) const {
  throw IoError(name_ + ":" + PlaceOf(where) + ": " + message);
}

std::string DelimitedReader::PlaceOf(std::string_view where) const {
  const std::string_view before =
      line_text_.substr(0, static_cast<std::size_t>(where.data() - line_text_.data()));
  const auto line = line_ + static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
  return std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace lode::files
