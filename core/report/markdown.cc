#include "core/report/markdown.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lode::core::markdown {
namespace {

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool IsWordChar(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
}

std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (!IsSpace(c)) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.ends_with(' ')) { line.pop_back(); }
  return line;
}

// Returns whether text[at] could be read as markup there.
bool IsMarkup(std::string_view text, std::size_t at) {
  constexpr std::string_view kAlways = "\\`*[]<>~&$";
  constexpr std::string_view kFirst = "#+-=>:";  // at the start of a line: headings, lists, quotes
  const char c = text[at];
  if (kAlways.find(c) != std::string_view::npos) { return true; }
  if (c == '_') {  // not markup within a word
    return at == 0 || at + 1 == text.size() || !IsWordChar(text[at - 1]) ||
           !IsWordChar(text[at + 1]);
  }
  if (c == '.' || c == ')') {  // "1. " starts a list
    const bool ends = at + 1 == text.size() || text[at + 1] == ' ';
    return ends && at > 0 && std::ranges::all_of(text.substr(0, at), [](char d) {
             return std::isdigit(static_cast<unsigned char>(d)) != 0;
           });
  }
  return at == 0 && kFirst.find(c) != std::string_view::npos;
}

// Returns the length of the longest run of backticks.
std::size_t LongestFence(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// Escapes pipes in a cell, also in code.
std::string Cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) { row += (cell.empty() ? "" : " ") + Cell(cell) + " |"; }
  return row + "\n";
}

}  // namespace

std::string Text(std::string_view text) {
  const std::string line = OneLine(text);
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const std::size_t end = line[at] == '`' ? line.find('`', at + 1) : std::string::npos;
    if (end != std::string::npos && end > at + 1) {
      out += Code(std::string_view(line).substr(at + 1, end - at - 1));
      at = end;
      continue;
    }
    if (IsMarkup(line, at)) { out += '\\'; }
    out += line[at];
  }
  return out;
}

std::string Code(std::string_view text) {
  std::string code = OneLine(text);
  if (code.empty()) { return ""; }
  const std::string fence(LongestFence(code) + 1, '`');
  if (code.front() == '`' || code.back() == '`') { code = " " + code + " "; }
  return fence + code + fence;
}

// Returns whether every line is indented.
static bool IsExample(std::string_view block) {
  const bool starts = block.starts_with("  ");
  for (std::size_t at = block.find('\n'); starts && at < block.size();
       at = block.find('\n', at + 1)) {
    if (!block.substr(at + 1).starts_with("  ")) { return false; }
  }
  return starts;
}

std::string Paragraphs(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", at), text.size());
    const std::string_view block = text.substr(at, end - at);
    if (const std::string line = Text(block); !line.empty()) {
      out += out.empty() ? "" : "\n";
      out += IsExample(block) ? "```text\n" + std::string(block) + "\n```\n" : line + "\n";
    }
    at = end + 2;
  }
  return out;
}

Table::Table(std::vector<std::string> titles) : titles_(std::move(titles)) {}

void Table::AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string Table::Format() const {
  if (rows_.empty()) { return ""; }
  const auto used = [&](const std::vector<std::string>& cells) {
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < titles_.size(); ++i) {
      if (!std::ranges::all_of(rows_, [&](const auto& row) { return row[i].empty(); })) {
        kept.push_back(cells[i]);
      }
    }
    return kept;
  };
  std::string text = Row(used(titles_));
  text += Row(std::vector<std::string>(used(titles_).size(), "---"));
  for (const auto& row : rows_) { text += Row(used(row)); }
  return text;
}

}  // namespace lode::core::markdown
