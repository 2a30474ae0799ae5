// lode/text.hpp - helpers for error messages about text: quoting, the nearest of some names, and
// making text from outside safe to show and store. Header-only, needs only the standard library;
// for plugins that read text, such as the string forms of architectures.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_TEXT_HPP_
#define LODE_TEXT_HPP_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace lode {
inline namespace v1 {

// Returns `text` in double quotes: at most `shown` bytes of it, with bytes that are not printable
// ASCII as \xNN.
inline std::string Quote(std::string_view text, std::size_t shown = 40) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text.substr(0, shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      quoted += c;
    } else {
      quoted += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return quoted + (text.size() > shown ? "\"..." : "\"");
}

// Levenshtein distance: the number of characters to insert, delete or replace. Takes time
// proportional to the product of the lengths.
inline std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char c : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (c != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// Returns the one of `names`, a range of strings, that is nearest to `name`; the first of equals.
// Looks only at the first 64 bytes of `name`. REQUIRES: names is not empty.
template <class Names>
std::string Nearest(std::string_view name, const Names& names) {
  name = name.substr(0, 64);
  const auto nearer = [name](std::string_view a, std::string_view b) {
    return EditDistance(name, a) < EditDistance(name, b);
  };
  return std::string(*std::min_element(std::begin(names), std::end(names), nearer));
}

// A character of UTF-8 text, or a byte that is not part of one.
struct Character {
  static constexpr char32_t kInvalid = 0xFFFFFFFF;
  char32_t code = kInvalid;
  std::size_t size = 1;  // bytes
};

// Returns the first character of `text`; overlong forms, surrogates and codes above U+10FFFF are
// invalid. REQUIRES: text is not empty.
inline Character FirstCharacter(std::string_view text) {
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // by the number of bytes
  const auto lead = static_cast<unsigned char>(text[0]);
  const auto ones = static_cast<std::size_t>(std::countl_one(lead));
  const std::size_t size = ones == 0 ? 1 : ones;
  if (ones == 1 || ones > 4 || size > text.size()) { return {}; }
  std::uint32_t code = lead & (0xFFu >> ones);
  for (const char c : text.substr(1, size - 1)) {
    if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u) { return {}; }
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (code < kLeast[size] || code > 0x10FFFF || surrogate) { return {}; }
  return {code, size};
}

// Whether a character moves the cursor, sets colors, ends a line or changes the direction of the
// text: C0, DEL and C1, the line and paragraph separators, and the bidirectional controls.
inline bool IsControl(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x61C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

// Returns `text` as valid UTF-8 without control characters: each of these becomes a space, and each
// invalid byte U+FFFD. Valid text is returned unchanged.
inline std::string PrintableLine(std::string_view text) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  const auto plain =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
  std::string line(text.substr(0, plain));
  text.remove_prefix(plain);
  while (!text.empty()) {
    const Character c = FirstCharacter(text);
    if (c.code == Character::kInvalid) {
      line += "\xEF\xBF\xBD";
    } else if (IsControl(c.code)) {
      line += ' ';
    } else {
      line += text.substr(0, c.size);
    }
    text.remove_prefix(c.size);
  }
  return line;
}

// The same for text of several lines: line breaks ("\n", "\r\n") are kept, as "\n".
inline std::string PrintableText(std::string_view text) {
  std::string lines;
  for (std::size_t end; (end = text.find('\n')) != std::string_view::npos;) {
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) { line.remove_suffix(1); }
    lines += PrintableLine(line) + '\n';
    text.remove_prefix(end + 1);
  }
  return lines + PrintableLine(text);
}

inline bool IsPrintableLine(std::string_view text) { return PrintableLine(text) == text; }

}  // namespace v1
}  // namespace lode

#endif  // LODE_TEXT_HPP_
