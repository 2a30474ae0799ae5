#include "core/report/columns.h"

#include <locale.h>

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <utility>

namespace lode::core {
namespace {

// As long as it exists, this thread's characters are UTF-8, whatever the environment says.
class Utf8 {
 public:
  Utf8() : before_(Locale() != nullptr ? uselocale(Locale()) : nullptr) {}
  ~Utf8() {
    if (before_ != nullptr) { uselocale(before_); }
  }
  Utf8(const Utf8&) = delete;
  Utf8& operator=(const Utf8&) = delete;

 private:
  static locale_t Locale() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }

  const locale_t before_;
};

struct Character {
  std::size_t bytes = 1, columns = 1;
};

// Returns the first character of a non-empty text. Invalid UTF-8 counts one column for each byte.
Character First(std::string_view text) {
  wchar_t wide = 0;
  std::mbstate_t state{};
  const std::size_t bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) { return {}; }
  const int columns = wcwidth(wide);
  return {bytes, static_cast<std::size_t>(std::max(columns, 0))};
}

// Returns how many bytes of a text fit.
std::size_t BytesThatFit(std::string_view text, std::size_t columns) {
  const Utf8 utf8;
  std::size_t at = 0;
  for (std::size_t used = 0; at < text.size();) {
    const Character next = First(text.substr(at));
    used += next.columns;
    if (used > columns) { break; }
    at += next.bytes;
  }
  return at;
}

// Returns where to break a text that does not fit: after the last space or mark, or where the room
// ends.
std::size_t BreakAt(std::string_view text, std::size_t columns) {
  const std::size_t most = std::max<std::size_t>(BytesThatFit(text, columns), 1);
  const std::size_t begin = text.find_first_not_of(' ');
  if (const std::size_t space = text.rfind(' ', most); space != text.npos && space > begin) {
    return space;
  }
  const std::size_t mark = text.find_last_of(",;|+/~", most - 1);
  return mark != text.npos && mark > begin ? mark + 1 : most;
}

// Returns where the text of "  TERM   text" begins, or 0.
std::size_t TextOfList(std::string_view line) {
  constexpr std::string_view kGap = "  ";
  const std::size_t term = line.find_first_not_of(' ');
  const std::size_t gap = term == std::string_view::npos ? term : line.find(kGap, term);
  const std::size_t text = gap == std::string_view::npos ? gap : line.find_first_not_of(' ', gap);
  return text == std::string_view::npos ? 0 : text;
}

std::size_t IndentOf(std::string_view line, std::size_t columns, std::size_t hang) {
  const std::size_t own = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t list = TextOfList(line);
  const std::size_t indent = list > 0 ? list : own + hang;
  return indent <= columns / 2 ? indent : std::min(own + hang, columns / 4);
}

}  // namespace

std::size_t ColumnsOf(std::string_view text) {
  const Utf8 utf8;
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character next = First(text.substr(at));
    columns += next.columns;
    at += next.bytes;
  }
  return columns;
}

std::string Clip(std::string_view text, std::size_t columns) {
  return std::string(text.substr(0, BytesThatFit(text, columns)));
}

std::vector<std::string> BreakLines(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  columns = std::max<std::size_t>(columns, 1);
  while (ColumnsOf(text) > columns) {
    const std::size_t at = BreakAt(text, columns);
    const std::string_view line = text.substr(0, at);
    lines.emplace_back(line.substr(0, line.find_last_not_of(' ') + 1));
    text.remove_prefix(std::min(text.find_first_not_of(' ', at), text.size()));
  }
  if (!text.empty() || lines.empty()) { lines.emplace_back(text); }
  return lines;
}

std::string Wrap(std::string_view text, std::size_t columns, std::size_t hang) {
  std::string wrapped;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (ColumnsOf(line) <= columns) {
      wrapped += line;
    } else {
      const std::size_t indent = IndentOf(line, columns, hang);
      const std::size_t first = BreakAt(line, columns);
      wrapped += line.substr(0, line.find_last_not_of(' ', first - 1) + 1);
      std::string_view rest =
          line.substr(std::min(line.find_first_not_of(' ', first), line.size()));
      for (const std::string& next : BreakLines(rest, columns - indent)) {
        wrapped += next.empty() ? "" : "\n" + std::string(indent, ' ') + next;
      }
    }
    wrapped += end < text.size() ? "\n" : "";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapped;
}

}  // namespace lode::core
