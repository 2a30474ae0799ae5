#include "core/store/configuration_change.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/host_tables.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

constexpr std::size_t kNamed = 3;  // number of changes that are listed

using Line = ConfigurationLine;

// Treats control characters the same whether they are literal or escaped: the form in a
// configuration, and what is made printable when reading it, depend on the version that wrote it.
std::string WithoutControls(std::string line) {
  constexpr std::size_t kDigits = 4;
  for (std::size_t at = 0; (at = line.find("\\u", at)) != std::string::npos; ++at) {
    std::uint32_t code = 0x20;
    const char* const digits = line.data() + std::min(at + 2, line.size());
    const char* const end = line.data() + std::min(at + 2 + kDigits, line.size());
    if (std::from_chars(digits, end, code, 16).ptr == end && IsControl(code)) {
      line.replace(at, 2 + kDigits, " ");
    }
  }
  return PrintableLine(line);
}

const Line* Find(const std::vector<Line>& lines, const Line& like) {
  const auto at = std::ranges::find_if(lines, [&](const Line& l) { return l.IsSameKey(like); });
  return at != lines.end() ? &*at : nullptr;
}

std::string Describe(const Line* line) {
  return line != nullptr ? line->table + " " + line->text : "nothing";
}

class ChangedKeys {
 public:
  explicit ChangedKeys(bool ignore_budget) : ignore_budget_(ignore_budget) {}

  // Either of the two may be null.
  void Add(const Line* then, const Line* now) {
    const Line& line = then != nullptr ? *then : *now;
    const Effect effect = EffectOf(line.table_name(), line.key);
    const bool is_ignored = ignore_budget_ && line.table == "[budget]";
    if (is_ignored || effect == Effect::kNone) { return; }
    if (effect == Effect::kTables) {
      change_.tables = true;
    } else if (++count_ <= kNamed) {
      change_.trials +=
          (change_.trials.empty() ? "was " : "; was ") + Describe(then) + ", is " + Describe(now);
    }
  }

  ConfigurationChange Take() && {
    if (count_ > kNamed) { change_.trials += "; and " + std::to_string(count_ - kNamed) + " more"; }
    return std::move(change_);
  }

 private:
  const bool ignore_budget_;
  ConfigurationChange change_;
  std::size_t count_ = 0;
};

}  // namespace

std::string_view ConfigurationLine::table_name() const {
  const std::string_view brackets = "[]";
  std::string_view name = table;
  name.remove_prefix(std::min(name.find_first_not_of(brackets), name.size()));
  return name.substr(0, name.find_first_of(brackets));
}

std::string_view ConfigurationLine::value() const {
  constexpr std::string_view kEquals = " = ";
  return std::string_view(text).substr(std::min(text.size(), key.size() + kEquals.size()));
}

std::vector<ConfigurationLine> LinesOf(const std::string& toml) {
  std::vector<Line> lines;
  std::vector<std::string> tables;
  std::istringstream in(toml);
  for (std::string text; std::getline(in, text);) {
    if (text.starts_with("[")) {
      tables.push_back(text);
    } else if (!text.empty() && text[0] != '#' && !tables.empty()) {
      const auto number = std::ranges::count(tables, tables.back());
      text = WithoutControls(std::move(text));
      lines.push_back(
          {tables.back(), static_cast<std::size_t>(number), text.substr(0, text.find(" =")), text});
    }
  }
  return lines;
}

ConfigurationChange CompareConfigurations(const std::string& then, const std::string& now,
                                          bool ignore_budget) {
  const std::vector<Line> before = LinesOf(then), after = LinesOf(now);
  ChangedKeys changed(ignore_budget);
  for (const Line& line : before) {
    const Line* same = Find(after, line);
    if (same == nullptr || same->text != line.text) { changed.Add(&line, same); }
  }
  for (const Line& line : after) {
    if (Find(before, line) == nullptr) { changed.Add(nullptr, &line); }
  }
  return std::move(changed).Take();
}

}  // namespace lode::core
