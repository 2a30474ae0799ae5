// A position in a text that is being read, shared by the readers of architectures. They accept what
// Python and JSON print: either kind of quotes, lists or tuples, a comma after the last item, a
// name in front.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <string>
#include <string_view>

namespace lode::notation {

// An error in a text at the byte `at`, counted from 0: "column N: ..." with N from 1.
struct Fault : InvalidError {
  Fault(std::size_t place, const std::string& what)
      : InvalidError("column " + std::to_string(place + 1) + ": " + what),
        at(place),
        message(what) {}
  std::size_t at;
  std::string message;
};

// Taking something also takes the white space after it. Errors are thrown as Fault. The text must
// outlive the cursor.
class Cursor {
 public:
  // `extra`: the characters besides letters and digits that are part of a word in error messages.
  explicit Cursor(std::string_view text, std::string_view extra = "_")
      : text_(text), extra_(extra) {
    SkipSpace();
  }

  std::size_t at() const { return at_; }
  std::string_view rest() const { return text_.substr(at_); }
  bool Sees(std::string_view token) const { return rest().starts_with(token); }

  bool Take(std::string_view token) {
    if (!Sees(token)) { return false; }
    Skip(token.size());
    return true;
  }
  // `where`: what to add to the message if the token is missing.
  void Expect(std::string_view token, std::string_view where = "") {
    if (!Take(token)) { FailExpecting(Quote(token) + std::string(where)); }
  }
  void Skip(std::size_t bytes) {
    at_ += bytes;
    SkipSpace();
  }

  // Takes "[" or "(", whichever comes next, and returns its closing counterpart; "" if neither
  // does.
  std::string_view TakeOpening() {
    if (Take("[")) { return "]"; }
    return Take("(") ? ")" : "";
  }
  // The same for a bracket that must come next. `expected`: "\"[\" before the pairs".
  std::string_view ExpectOpening(const std::string& expected) {
    const std::string_view closing = TakeOpening();
    if (closing.empty()) { FailExpecting(expected); }
    return closing;
  }
  // Takes a closing bracket, and a comma before it.
  void ExpectClosing(std::string_view closing, std::string_view where = "") {
    TakeLastComma(closing);
    Expect(closing, where);
  }
  // Takes a comma if only `closing` follows it.
  void TakeLastComma(std::string_view closing) {
    Cursor after = *this;
    if (after.Take(",") && after.Sees(closing)) { *this = after; }
  }
  // Takes "name =", which may precede a value in a program.
  void TakeLeadingName() {
    Cursor after = *this;
    after.Skip(after.WordSize());
    if (after.at_ > at_ && after.Take("=")) { *this = after; }
  }
  // Takes the next quote, ' or ", without the white space after it; "" if there is none.
  std::string_view TakeQuote() {
    if (!Sees("'") && !Sees("\"")) { return ""; }
    return text_.substr(at_++, 1);
  }
  // The same for a quote that must come next. `expected`: "a name in quotes".
  std::string_view ExpectQuote(const std::string& expected) {
    const std::string_view quote = TakeQuote();
    if (quote.empty()) { FailExpecting(expected); }
    return quote;
  }

  // Returns what comes next: a whole word or number, otherwise one character; empty at the end.
  std::string_view Token() const { return rest().substr(0, std::max<std::size_t>(WordSize(), 1)); }
  std::string Found() const { return rest().empty() ? "the end" : Quote(Token()); }
  // The number of letters, digits and extra characters that come next.
  std::size_t WordSize() const {
    const auto is_part = [this](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             extra_.find(c) != std::string_view::npos;
    };
    const std::string_view text = rest();
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_part) -
                                    text.begin());
  }

  void ExpectEnd() const {
    if (!rest().empty()) { FailExpecting("the end"); }
  }
  [[noreturn]] void FailExpecting(const std::string& what) const {
    Fail("expected " + what + ", found " + Found());
  }
  [[noreturn]] void Fail(const std::string& message) const { FailAt(at_, message); }
  [[noreturn]] static void FailAt(std::size_t at, const std::string& message) {
    throw Fault(at, message);
  }

 private:
  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) { ++at_; }
  }

  std::string_view text_, extra_;
  std::size_t at_ = 0;
};

}  // namespace lode::notation
