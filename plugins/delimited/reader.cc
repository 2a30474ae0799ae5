#include "plugins/delimited/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <set>
#include <system_error>
#include <utility>

namespace delimited {

Reader::Reader(std::string_view text, std::string name, char delimiter)
    : text_(text), rest_(text), name_(std::move(name)) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  if (rest_.empty()) throw lode::IoError(name_ + ": is empty");
  ReadHeader(delimiter);
}

void Reader::ReadHeader(char delimiter) {
  TakeLine();
  if (std::any_of(line_text_.begin(), line_text_.end(),
                  [](char c) { return c != '\t' && static_cast<unsigned char>(c) < 0x20; }))
    throw lode::IoError(name_ + ": is neither delimited text nor gzip");
  const char found = line_text_.find('\t') != std::string_view::npos ? '\t' : ',';
  delimiter_ = delimiter == kAuto ? found : delimiter;
  if (SplitLine() > kMaxColumns) Fail("more than " + std::to_string(kMaxColumns) + " columns");
  std::set<std::string> names;
  for (std::size_t field = 0; field < fields_.size(); ++field) {
    columns_.push_back(Text(field));
    if (!names.insert(columns_.back()).second)
      FailIn(field, 0, "a second column " + lode::Quote(columns_.back()));
  }
}

bool Reader::Has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::size_t Reader::Find(std::string_view column) const {
  const auto at = std::find(columns_.begin(), columns_.end(), column);
  if (at == columns_.end()) {
    throw lode::IoError(name_ + ":1: no column " + lode::Quote(column) +
                        " (nearest: " + lode::Quote(lode::Nearest(column, columns_)) + ")");
  }
  return static_cast<std::size_t>(at - columns_.begin());
}

bool Reader::Next() {
  if (rest_.empty()) return false;
  TakeLine();
  const std::size_t count = SplitLine();
  if (count == columns_.size()) return true;
  std::string message = std::to_string(count) + (count == 1 ? " field" : " fields") +
                        ", expected " + std::to_string(columns_.size());
  if (count > columns_.size() && delimiter_ != '\t')
    message += " (a field with " + DelimiterName() + " in it is written in double quotes)";
  Fail(message);
}

double Reader::fraction() const {
  return 1 - static_cast<double>(rest_.size()) / static_cast<double>(text_.size());
}

std::string Reader::Text(std::size_t field) const {
  const auto& [text, doubled] = fields_[field];
  if (!doubled) return std::string(text);
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    plain += text[at];
    if (text[at] == '"') ++at;
  }
  return plain;
}

double Reader::Number(std::size_t field) const {
  const std::string_view text = fields_[field].text;
  double value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc::result_out_of_range) FailAt(field, "beyond the range of numbers");
  if (fault != std::errc() || stop != text.data() + text.size()) FailAt(field, "expected a number");
  if (!std::isfinite(value)) FailAt(field, "expected a finite number");
  return value;
}

void Reader::TakeLine() {
  ++line_;
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos)
    Fail("the file is cut off: its last line does not end with a newline");
  line_text_ = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  if (line_text_.ends_with('\r')) line_text_.remove_suffix(1);
}

// Returns the number of fields.
std::size_t Reader::SplitLine() {
  fields_.clear();
  std::string_view rest = line_text_;
  for (std::size_t count = 1;; ++count) {
    const Field field = rest.starts_with('"') ? TakeQuoted(rest) : TakeField(rest);
    if (count <= kMaxColumns) fields_.push_back(field);
    if (rest.empty()) return count;
    rest.remove_prefix(1);
  }
}

// Both take what `rest` begins with and leave what follows it: a delimiter, or nothing.
Reader::Field Reader::TakeField(std::string_view& rest) const {
  const std::string_view text = rest.substr(0, rest.find(delimiter_));
  rest.remove_prefix(text.size());
  return {text};
}

Reader::Field Reader::TakeQuoted(std::string_view& rest) const {
  bool doubled = false;
  std::size_t end = rest.find('"', 1);
  while (end != std::string_view::npos && rest.substr(end + 1).starts_with('"')) {
    doubled = true;
    end = rest.find('"', end + 2);
  }
  if (end == std::string_view::npos) FailHere(rest, "the quoted field does not end on this line");
  const std::string_view text = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  if (!rest.empty() && rest.front() != delimiter_)
    FailHere(rest, "expected " + DelimiterName() + " after the quoted field, found " +
                       lode::Quote(rest.substr(0, 1)));
  return {text, doubled};
}

std::string Reader::DelimiterName() const {
  return delimiter_ == '\t' ? "a tab" : lode::Quote(std::string_view(&delimiter_, 1));
}

void Reader::Fail(const std::string& message) const {
  throw lode::IoError(name_ + ":" + std::to_string(line_) + ": " + message);
}

void Reader::FailAt(std::size_t field, const std::string& expected) const {
  FailIn(field, 0, columns_[field] + " is " + lode::Quote(Text(field)) + ", " + expected);
}

void Reader::FailIn(std::size_t field, std::size_t offset, const std::string& message) const {
  FailHere(fields_[field].text.substr(offset), message);
}

void Reader::FailHere(std::string_view where, const std::string& message) const {
  const auto column = where.data() - line_text_.data() + 1;
  throw lode::IoError(name_ + ":" + std::to_string(line_) + ":" + std::to_string(column) + ": " +
                      message);
}

}  // namespace delimited
