// Writes Markdown for GitHub.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lode::core::markdown {

// Returns a text as one line that displays literally: white space becomes single spaces, and
// Markdown markup is escaped. Only `...` in backticks stays code.
std::string Text(std::string_view text);

// Returns a text as code: a value or a name.
std::string Code(std::string_view text);

// Returns one such line for each paragraph, with an empty line between them. A paragraph whose
// lines are all indented is an example, and becomes a code block unchanged.
std::string Paragraphs(std::string_view text);

class Table {
 public:
  explicit Table(std::vector<std::string> titles);

  // REQUIRES: one cell for each title, each Markdown of one line.
  void AddRow(std::vector<std::string> cells);

  // Returns the table without columns that are empty in every row; "" if there is no row.
  std::string Format() const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lode::core::markdown
