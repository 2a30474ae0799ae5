#include "core/search/failures.h"

#include <algorithm>
#include <functional>

namespace lode::core {
namespace {

constexpr char kOther[] = "other reasons";

std::string FirstLine(std::string_view text) {
  text = text.substr(0, text.find_first_of("\r\n"));
  const std::size_t end = text.find_last_not_of(' ');
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsWordCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Returns the position after the characters from `at` on that have the property.
std::size_t EndOf(std::string_view text, std::size_t at, bool (*property)(char)) {
  return std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size())),
                          text.end(), property) -
         text.begin();
}

// Returns the position after the address or the hash at `at`, or `at` if none is there: 0x and
// hexadecimal digits, or a word of at least eight of them, not only letters.
std::size_t EndOfAddress(std::string_view text, std::size_t at) {
  constexpr std::size_t kHashLength = 8;
  if (text.substr(at, 2) == "0x" || text.substr(at, 2) == "0X") {
    const std::size_t end = EndOf(text, at + 2, IsHexDigit);
    return end > at + 2 ? end : at;
  }
  const std::size_t end = EndOf(text, at, IsHexDigit);
  const bool is_word =
      (at == 0 || !IsWordCharacter(text[at - 1])) && EndOf(text, end, IsWordCharacter) == end;
  const bool is_hash =
      is_word && end - at >= kHashLength && std::ranges::any_of(text.substr(at, end - at), IsDigit);
  return is_hash ? end : at;
}

// Returns the position after the number at `at`, or `at` if none is there: a sign, digits in groups
// with points or commas between them, an exponent.
std::size_t EndOfNumber(std::string_view text, std::size_t at) {
  const auto is_at = [&](std::size_t place, std::string_view any_of) {
    return place < text.size() && any_of.find(text[place]) != std::string_view::npos;
  };
  const auto end_of_digits = [&](std::size_t from) {  // 0 without digits
    const std::size_t end = EndOf(text, from, IsDigit);
    return end > from ? end : 0;
  };
  std::size_t end = end_of_digits(is_at(at, "+-") ? at + 1 : at);
  if (end == 0) { return at; }
  while (is_at(end, ".,") && end_of_digits(end + 1) != 0) { end = end_of_digits(end + 1); }
  const std::size_t exponent = is_at(end, "eE") ? end + (is_at(end + 1, "+-") ? 2 : 1) : 0;
  return exponent == 0 || end_of_digits(exponent) == 0 ? end : end_of_digits(exponent);
}

std::string MaskedWhere(std::string_view text,
                        std::size_t (*end_of)(std::string_view, std::size_t)) {
  std::string masked;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of(text, at);
    masked += end > at ? '#' : text[at];
    at = std::max(end, at + 1);
  }
  return masked;
}

// Replaces addresses and hashes, then numbers in any notation, by #. Searches call this from their
// own threads: std::regex would race there (its std::ctype::narrow fills a cache without a lock),
// and recurse as deep as its input is long.
std::string Masked(std::string_view line) {
  constexpr std::size_t kCompared = 10 * kReasonWidth;  // what may be shown, and a little more
  return MaskedWhere(MaskedWhere(line.substr(0, kCompared), EndOfAddress), EndOfNumber);
}

// Shortens a text to kReasonWidth characters of UTF-8 without splitting one.
std::string Shortened(const std::string& text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    characters += begins ? 1 : 0;
    if (characters > kReasonWidth) { return text.substr(0, at) + "…"; }
  }
  return text;
}

}  // namespace

void FailureTally::Add(std::string_view text, std::uint64_t count) {
  std::string line = FirstLine(text);
  std::string masked = Shortened(Masked(line));
  if (Shortened(line) != line) {  // so that kinds of several runs can be merged
    line = masked;
  }
  const bool full = places_.size() >= kMaxKinds && !places_.contains(masked);
  if (full || line == kOther) { line = masked = kOther; }
  const auto [at, is_new] = places_.try_emplace(masked, kinds_.size());
  if (is_new) { kinds_.push_back({line, 0}); }
  FailureKind& kind = kinds_[at->second];
  kind.count += count;
  if (kind.reason != line && !is_new) { kind.reason = masked; }
}

std::vector<FailureKind> FailureTally::Kinds() const {
  std::vector<FailureKind> kinds = kinds_;
  std::ranges::stable_sort(kinds, std::greater(), &FailureKind::count);
  return kinds;
}

std::string FormatFailures(std::uint64_t failures, const std::vector<FailureKind>& kinds,
                           std::size_t most) {
  if (failures == 0) { return ""; }
  std::string text = std::to_string(failures) + " failed";
  const std::size_t shown = std::min(most, kinds.size());
  std::uint64_t rest = failures;
  for (std::size_t i = 0; i < shown; ++i) {
    text += (i == 0 ? ": " : ", ") + kinds[i].reason + " (" + std::to_string(kinds[i].count) + ")";
    rest -= kinds[i].count;
  }
  return shown > 0 && rest > 0 ? text + ", others (" + std::to_string(rest) + ")" : text;
}

}  // namespace lode::core
