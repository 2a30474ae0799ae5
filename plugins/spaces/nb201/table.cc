#include "plugins/spaces/nb201/table.h"

#include "toolkit/files/text_file.h"

namespace nb201 {

Table ParseTable(std::string_view text, const std::string& name, const ResultColumns& columns) {
  constexpr const char* kPercent = "0 to 100 percent";
  std::vector<NumberColumn> numbers = {
      {.name = columns.valid_accuracy, .max = 100, .range = kPercent},
      {.name = columns.test_accuracy, .max = 100, .range = kPercent},
      {.name = columns.params, .whole = true},
      {.name = columns.mflops},
      {.name = columns.seconds, .optional = true}};
  const bool with_brief = !columns.brief_valid_accuracy.empty();
  if (with_brief) {
    numbers.push_back({columns.brief_valid_accuracy, 100, false, false, true, kPercent});
    numbers.push_back({columns.brief_test_accuracy, 100, false, false, true, kPercent});
    numbers.push_back({.name = columns.brief_seconds, .optional = true});
  }
  const Rows rows = ParseRows(text, name, RowKey::kArchitecture, numbers);
  Table table(kArchitectures);
  const double* row = rows.values.data();
  for (const std::uint32_t key : rows.keys) {
    table[key] = {row[0], row[1], row[2], row[3], row[4]};
    if (with_brief) {
      table[key].brief_valid_accuracy = row[5];
      table[key].brief_test_accuracy = row[6];
      table[key].brief_seconds = row[7];
    }
    row += numbers.size();
  }
  return table;
}

Table ReadTable(const std::string& path, const ResultColumns& columns) {
  return ParseTable(lode::files::ReadTextFile(path), path, columns);
}

}  // namespace nb201
