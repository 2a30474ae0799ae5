#include "core/search/failures.h"

#include <algorithm>
#include <functional>
#include <regex>

namespace lode::core {
namespace {

constexpr char kOther[] = "other reasons";

std::string FirstLine(std::string_view text) {
  text = text.substr(0, text.find_first_of("\r\n"));
  const std::size_t end = text.find_last_not_of(' ');
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

// Replaces addresses and hashes, then numbers in any notation, by #. Regular expressions recurse as
// deep as their input is long, so this masks only the part that may be shown, and a little more.
std::string Masked(const std::string& line) {
  constexpr std::size_t kCompared = 10 * kReasonWidth;
  static const std::regex address("0[xX][0-9a-fA-F]+|\\b(?=[a-fA-F]*[0-9])[0-9a-fA-F]{8,}\\b");
  static const std::regex number("[-+]?[0-9]+([.,][0-9]+)*([eE][-+]?[0-9]+)?");
  return std::regex_replace(std::regex_replace(line.substr(0, kCompared), address, "#"), number,
                            "#");
}

// Shortens a text to kReasonWidth characters of UTF-8 without splitting one.
std::string Shortened(const std::string& text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    characters += begins ? 1 : 0;
    if (characters > kReasonWidth) {
      return text.substr(0, at) + "…";
    }
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
  if (full || line == kOther) {
    line = masked = kOther;
  }
  const auto [at, is_new] = places_.try_emplace(masked, kinds_.size());
  if (is_new) {
    kinds_.push_back({line, 0});
  }
  FailureKind& kind = kinds_[at->second];
  kind.count += count;
  if (kind.reason != line && !is_new) {
    kind.reason = masked;
  }
}

std::vector<FailureKind> FailureTally::Kinds() const {
  std::vector<FailureKind> kinds = kinds_;
  std::ranges::stable_sort(kinds, std::greater(), &FailureKind::count);
  return kinds;
}

std::string FormatFailures(std::uint64_t failures, const std::vector<FailureKind>& kinds,
                           std::size_t most) {
  if (failures == 0) {
    return "";
  }
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
