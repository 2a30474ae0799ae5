#include "core/config/toml_error.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "core/plugin/text.h"

namespace lode::core {
namespace {

constexpr char kBlanks[] = " \t\r\n";
constexpr std::size_t kShownBefore = 50, kShownAfter = 25;  // characters of a long line

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// Returns the first line with content, without surrounding blanks.
std::string_view FirstStatement(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    if (!line.empty() && line.front() != '#') { return line; }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return text;
}

// Recognizes "key: value", "key:", "- value", "---".
bool IsYaml(std::string_view statement) {
  const std::size_t colon = statement.find(':');
  const std::string_view key = statement.substr(0, std::min(colon, statement.size()));
  const bool is_key = !key.empty() && std::ranges::all_of(key, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-.\"' ").find(c) != std::string_view::npos;
  });
  const bool ends_key = colon != std::string_view::npos &&
                        (colon + 1 == statement.size() || statement[colon + 1] == ' ');
  return (is_key && ends_key) || statement.starts_with("- ") || statement.starts_with("---") ||
         statement.starts_with("%YAML");
}

// Starts a parser's sentence in lower case, as our messages start.
std::string LowerCaseFirst(std::string_view text) {
  std::string out(text);
  if (!out.empty()) {
    out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  }
  return out;
}

std::vector<std::string_view> CharactersOf(std::string_view line) {
  std::vector<std::string_view> characters;
  while (!line.empty()) {
    const std::size_t size = FirstCharacter(line).size;
    characters.push_back(line.substr(0, size));
    line.remove_prefix(size);
  }
  return characters;
}

}  // namespace

std::string DescribeTomlError(std::string_view text, std::string_view message) {
  const std::string_view statement = FirstStatement(text);
  if (statement.starts_with('{')) {
    return "this is JSON, but a pipeline is TOML: tables are [pipeline], values name = \"...\"";
  }
  if (IsYaml(statement)) {
    return "this is YAML, but a pipeline is TOML: tables are [pipeline] instead of `pipeline:`, "
           "values name = \"...\" instead of `name: ...`";
  }
  return LowerCaseFirst(message);
}

std::string Excerpt(std::string_view text, std::uint32_t line, std::uint32_t column) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);  // a byte order mark
  }
  for (std::uint32_t before = 1; before < line; ++before) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) { return ""; }
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) { text.remove_suffix(1); }
  const std::vector<std::string_view> characters = CharactersOf(text);
  const std::size_t at = std::min<std::size_t>(std::max(column, 1u) - 1, characters.size());
  const std::size_t first = at > kShownBefore ? at - kShownBefore : 0;
  const std::size_t last = std::min(characters.size(), first + kShownBefore + kShownAfter);
  std::string shown = first > 0 ? "..." : "";
  const std::size_t indent = shown.size() + at - first;
  for (std::size_t i = first; i < last; ++i) { shown += PrintableLine(characters[i]); }
  shown += last < characters.size() ? "..." : "";
  return "  " + shown + "\n  " + std::string(indent, ' ') + "^";
}

}  // namespace lode::core
