// The formats for people: text, Markdown and LaTeX.
#include "core/compare/render_comparison.h"

#include <string_view>

#include "core/report/markdown.h"
#include "core/report/text_table.h"

namespace lode::core {
namespace {

std::string TextOf(const ComparisonSection& section, std::size_t width) {
  std::string text = Wrap(section.title + "\n", width);
  for (const TitledTable& titled : section.tables) {
    text += Wrap(titled.heading, width) + TextTable(titled.table).Format(width) +
            Wrap(titled.notes, width) + "\n";
  }
  for (const std::string& note : section.notes) { text += Wrap(note + "\n", width); }
  return text;
}

// Escapes what LaTeX would take as a command.
std::string Latex(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("±")) {
      escaped += "$\\pm$";
      i += std::string_view("±").size() - 1;
    } else if (text[i] == '\\') {
      escaped += "\\textbackslash{}";
    } else if (text[i] == '~' || text[i] == '^') {
      escaped += std::string("\\") + text[i] + "{}";
    } else if (text[i] == '<' || text[i] == '>' || text[i] == '|') {
      escaped += std::string("$") + text[i] + "$";
    } else {
      escaped += (std::string_view("&%$#_{}").find(text[i]) != std::string_view::npos ? "\\" : "") +
                 std::string(1, text[i]);
    }
  }
  return escaped;
}

std::string LatexRow(const std::vector<std::string>& cells) {
  std::string row;
  for (const std::string& cell : cells) { row += (row.empty() ? "" : " & ") + Latex(cell); }
  return row + " \\\\\n";
}

std::string LatexTable(const std::string& title, const TitledTable& titled) {
  std::string text =
      "\\begin{table}\n\\caption{" + Latex(title + ". " + titled.heading) + "}\n\\begin{tabular}{";
  std::vector<std::string> titles;
  for (const WordTable::Column& column : titled.table.columns) {
    text += column.align == WordTable::Align::kLeft ? "l" : "r";
    titles.push_back(column.title);
  }
  text += "}\n\\toprule\n" + LatexRow(titles) + "\\midrule\n";
  for (const auto& row : titled.table.rows) { text += LatexRow(row); }
  return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n" + Latex(titled.notes);
}

}  // namespace

std::string SectionsText(const std::vector<ComparisonSection>& sections, std::size_t width) {
  std::string text;
  for (const ComparisonSection& section : sections) {
    text += (text.empty() ? "" : "\n") + TextOf(section, width);
  }
  return text;
}

std::string SectionsMarkdown(const std::vector<ComparisonSection>& sections) {
  std::string text;
  for (const ComparisonSection& section : sections) {
    text += (text.empty() ? "## " : "\n## ") + markdown::Text(section.title) + "\n";
    for (const TitledTable& titled : section.tables) {
      std::vector<std::string> titles;
      for (const auto& column : titled.table.columns) { titles.push_back(column.title); }
      markdown::Table table(titles);
      for (std::vector<std::string> row : titled.table.rows) {
        for (std::string& cell : row) { cell = markdown::Text(cell); }
        table.AddRow(std::move(row));
      }
      text += "\n" + markdown::Text(titled.heading) + "\n\n" + table.Format();
      if (!titled.notes.empty()) { text += "\n" + markdown::Text(titled.notes) + "\n"; }
    }
    for (const std::string& note : section.notes) { text += "\n" + markdown::Text(note) + "\n"; }
  }
  return text;
}

std::string SectionsLatex(const std::vector<ComparisonSection>& sections) {
  std::string text;
  for (const ComparisonSection& section : sections) {
    text += (text.empty() ? "" : "\n") + std::string("% ") + section.title + "\n";
    for (const TitledTable& titled : section.tables) { text += LatexTable(section.title, titled); }
    for (const std::string& note : section.notes) { text += Latex(note) + "\n\n"; }
  }
  return text;
}

std::string ComparisonText(const Comparison& comparison, std::size_t width) {
  return SectionsText(SectionsOf(comparison), width);
}

std::string ComparisonMarkdown(const Comparison& comparison) {
  return SectionsMarkdown(SectionsOf(comparison));
}

std::string ComparisonLatex(const Comparison& comparison) {
  return SectionsLatex(SectionsOf(comparison));
}

}  // namespace lode::core
