#include "plugins/optimizers/listed/listed.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "toolkit/files/text_file.h"

namespace listed {
namespace {

// Takes the next line from a text, without its line end.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) { line.remove_suffix(1); }
  return line;
}

// Returns the first field of a line: a field in double quotes, as written by spreadsheets, or
// everything before a tab.
std::string FirstField(std::string_view line) {
  if (!line.starts_with('"')) { return std::string(line.substr(0, line.find('\t'))); }
  std::string field;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] == '"' && !line.substr(++at).starts_with('"')) { break; }
    field += line[at];
  }
  return field;
}

}  // namespace

void Listed::Bind(const lode::Space& space) {
  const std::string& file = config_.architectures;
  const std::string all = lode::files::ReadTextFile(file, [this] { host_.ThrowIfCancelled(); });
  std::set<std::string> seen;  // regardless of spelling
  std::size_t line = 0;
  const auto limit = config_.limit > 0 ? static_cast<std::size_t>(config_.limit) : all.size();
  for (std::string_view rest = lode::files::WithoutByteOrderMark(all);
       !rest.empty() && list_.size() < limit;) {
    const std::string column = FirstField(TakeLine(rest));
    ++line;
    if (column.empty()) { continue; }
    try {
      lode::Architecture architecture = space.Parse(column);
      if (seen.insert(space.Format(architecture)).second) {
        list_.push_back(std::move(architecture));
      }
    } catch (const lode::Error& e) {
      throw lode::UnsupportedError(file + ":" + std::to_string(line) + ": " + e.what());
    }
  }
  if (list_.empty()) { throw lode::IoError(file + ": lists no architecture"); }
}

}  // namespace listed

LODE_PLUGIN(
    "lode.listed", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<listed::Listed>(
        "listed", "1.0.0", "Proposes the architectures of a file, one after the other.",
        "For a stage that trains what an earlier one found: `architectures = "
        "\"stage:search/best.tsv\"`. Each is proposed once, in the order of the file, and "
        "the search ends with the list, whatever its budget. It does not learn, so trials may "
        "be told in any order.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));
