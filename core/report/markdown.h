// Writing Markdown as GitHub reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lode::core::markdown {

// A text as one line that shows it as it is: white space becomes single spaces, what Markdown would
// read as markup is escaped. Only `...` in backticks stays what it is, code.
std::string Text(std::string_view text);

// A text as code: a value or a name.
std::string Code(std::string_view text);

// One such line for each paragraph, with an empty line between them. A paragraph whose every line is
// indented is an example, and is left as it is.
std::string Paragraphs(std::string_view text);

class Table {
 public:
  explicit Table(std::vector<std::string> titles);

  // REQUIRES: one cell for each title, each Markdown of one line.
  void AddRow(std::vector<std::string> cells);

  // Without the columns that are empty in every row; "" if there is no row.
  std::string Format() const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lode::core::markdown
