#include "core/config/nesting.h"

#include <algorithm>

namespace lode::core {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<TextPlace> FindDeepNesting() {
    while (at_ < text_.size()) {
      Token();
      if (brackets_ > kMaxDepth || dots_ >= kMaxDepth) { return PlaceOf(at_ - 1); }
    }
    return std::nullopt;
  }

 private:
  void Token() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      SkipString(c);
    } else if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      ++at_;
      Count(c);
    }
  }

  void Count(char c) {
    if (c == '.') {
      ++dots_;
    } else if (c == '[' || c == '{') {
      dots_ = 0;
      ++brackets_;
    } else if (c == ']' || c == '}') {
      dots_ = 0;
      brackets_ -= brackets_ > 0 ? 1 : 0;
    } else if (c == ',' || c == '=' || c == '\n') {
      dots_ = 0;
    }
  }

  // Skips from the opening quote to after the closing one. A single-line string ends with its line
  // at the latest.
  void SkipString(char quote) {
    const bool several_lines =
        text_.substr(at_, 3) == std::string_view(quote == '"' ? R"(""")" : "'''");
    const std::size_t width = several_lines ? 3 : 1;
    const std::string_view end = text_.substr(at_, width);
    at_ += width;
    while (at_ < text_.size() && text_.substr(at_, width) != end) {
      if (text_[at_] == '\n' && !several_lines) { return; }
      at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    }
    at_ = std::min(at_ + width, text_.size());
    // Up to two quotes before the closing three belong to the string.
    for (int i = 0; i < 2 && several_lines && text_.substr(at_, 1) == end.substr(0, 1); ++i) {
      ++at_;
    }
  }

  TextPlace PlaceOf(std::size_t offset) const {
    const std::string_view before = text_.substr(0, offset);
    const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
    const std::size_t start = line == 0 ? 0 : before.rfind('\n') + 1;
    return {line + 1, static_cast<std::uint32_t>(offset - start + 1)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t brackets_ = 0;
  std::size_t dots_ = 0;  // in the current key
};

}  // namespace

std::optional<TextPlace> FindDeepNesting(std::string_view text) {
  return Scanner(text).FindDeepNesting();
}

}  // namespace lode::core
