#include "core/config/document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "core/config/diagnostic.h"
#include "core/config/nesting.h"
#include "core/config/toml_error.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileSize = 1 << 20;
constexpr std::size_t kMaxKeys = 1000;   // in a table, because keys are found by linear search
constexpr std::size_t kMaxFiles = 1000;  // in a pipeline, each counted every time it is included

bool IsNameChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

struct Substituted {
  std::string text;
  bool whole = false;  // the string is exactly one substitution
  std::string error;
};

// Replaces ${NAME} and ${NAME:-default}. A default may contain further substitutions.
class Substitution {
 public:
  explicit Substitution(std::string_view text) : text_(text) {}

  Substituted Result() {
    Substituted out;
    out.whole = text_.starts_with("${");
    while (at_ < text_.size() && error_.empty()) {
      const std::size_t first = at_;
      out.text += Piece(true);
      out.whole = out.whole && first == 0 && at_ == text_.size();
    }
    out.error = error_;
    return out;
  }

 private:
  bool Take(std::string_view word) {
    const bool is_there = text_.substr(at_).starts_with(word);
    at_ += is_there ? word.size() : 0;
    return is_there;
  }

  // Reads a variable, an escape or a character. `used` tells whether it becomes part of the result;
  // otherwise it must only be well formed.
  std::string Piece(bool used) {
    if (Take("$${")) { return "${"; }
    return Take("${") ? Variable(used) : std::string(1, text_[at_++]);
  }

  // Reads from after "${" to after its "}".
  std::string Variable(bool used) {
    if (++depth_ > kMaxDepth) {
      return Fail("'${' is nested more than " + std::to_string(kMaxDepth) + " deep");
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && IsNameChar(text_[at_])) { ++at_; }
    const std::string name(text_.substr(begin, at_ - begin));
    const std::optional<std::string> value = used ? ValueOf(name) : std::nullopt;
    const bool has_default = Take(":-");
    std::string fallback = has_default ? Default(used && !value) : "";
    if (error_.empty() && !Take("}")) { return Fail(Broken(begin)); }
    if (error_.empty() && name.empty()) { return Fail(Broken(begin)); }
    if (used && !value && !has_default && error_.empty()) {
      return Fail("the environment variable " + name + " is not set or empty; ${" + name +
                  ":-default} gives a default");
    }
    --depth_;
    return value.value_or(std::move(fallback));
  }

  // Reads up to the "}" that ends the default.
  std::string Default(bool used) {
    std::string text;
    while (at_ < text_.size() && text_[at_] != '}' && error_.empty()) { text += Piece(used); }
    return text;
  }

  // Returns nothing if the variable is not set or is empty.
  std::optional<std::string> ValueOf(const std::string& name) {
    const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
    if (value != nullptr && !IsUtf8(value)) {
      Fail("the environment variable " + name + " is not UTF-8 text");
    }
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
  }

  std::string Broken(std::size_t begin) const {
    const std::size_t end = text_.find('}', begin);
    return end == std::string_view::npos
               ? "'${' without '}'; write $${ for a plain ${"
               : "'${" + std::string(text_.substr(begin, end - begin)) +
                     "}' is not ${NAME} or ${NAME:-default}; write $${ for a plain ${";
  }

  std::string Fail(std::string error) {
    error_ = error_.empty() ? std::move(error) : error_;
    return "";
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::string error_;  // the first error
};

std::string TooDeep() {
  return "tables and lists are nested more than " + std::to_string(kMaxDepth) + " deep";
}

class Converter {
 public:
  // Without lines (for an override, `text`), positions are only `file`.
  Converter(std::string file, fs::path base, bool has_lines, std::string_view text,
            Diagnostics& diagnostics)
      : file_(std::move(file)),
        base_(std::move(base)),
        has_lines_(has_lines),
        text_(text),
        diagnostics_(diagnostics) {}

  Node Convert(const toml::node& node, std::size_t depth = 0) {
    Node out;
    out.position = PositionOf(node.source());
    out.base = base_;
    if (depth > kMaxDepth) {
      diagnostics_.Add(out.position, TooDeep());
    } else if (const auto* table = node.as_table()) {
      out.value = ConvertTable(*table, depth);
    } else if (const auto* array = node.as_array()) {
      Node::Array list;
      for (const toml::node& element : *array) { list.push_back(Convert(element, depth + 1)); }
      out.value = std::move(list);
    } else {
      ConvertScalar(node, out);
    }
    return out;
  }

 private:
  Position PositionOf(const toml::source_region& source) const {
    return has_lines_ ? Position{file_, source.begin.line, source.begin.column}
                      : Position{file_, 0, 0};
  }

  Node::Table ConvertTable(const toml::table& table, std::size_t depth) {
    Node::Table out;
    if (table.size() > kMaxKeys) {
      diagnostics_.Add(PositionOf(table.source()),
                       "a table has more than " + std::to_string(kMaxKeys) + " keys");
      return out;
    }
    // toml++ sorts keys, but people and [grid] expect the order of the file.
    std::vector<std::pair<const toml::key*, const toml::node*>> written;
    for (const auto& [key, value] : table) { written.emplace_back(&key, &value); }
    std::ranges::stable_sort(written, {}, [](const auto& entry) {
      const toml::source_position& at = entry.first->source().begin;
      return std::pair(at.line, at.column);
    });
    for (const auto& [key, value] : written) {
      out.push_back(
          {std::string(key->str()), PositionOf(key->source()), Convert(*value, depth + 1)});
    }
    return out;
  }

  // Returns how a scalar of an override is written. Columns count characters; if the text is not
  // ASCII, the place is unknown and the result is "".
  std::string Written(const toml::source_region& source) const {
    const bool is_ascii =
        std::ranges::all_of(text_, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (has_lines_ || !is_ascii || source.begin.line != 1 || source.begin.column > text_.size()) {
      return "";
    }
    const std::string_view rest = text_.substr(source.begin.column - 1);
    return std::string(rest.substr(0, rest.find_first_of(",]}# \t\r\n")));
  }

  void ConvertScalar(const toml::node& node, Node& out) {
    out.written = node.is_string() ? "" : Written(node.source());
    out.from_command_line = !has_lines_;
    if (const auto* b = node.as_boolean()) {
      out.value = b->get();
    } else if (const auto* i = node.as_integer()) {
      out.value = i->get();
    } else if (const auto* r = node.as_floating_point()) {
      out.value = r->get();
    } else if (const auto* s = node.as_string()) {
      Substituted substituted = Substitution(s->get()).Result();
      if (!substituted.error.empty()) { diagnostics_.Add(out.position, substituted.error); }
      out.from_environment = substituted.whole;
      out.value = std::move(substituted.text);
    } else {
      diagnostics_.Add(out.position, "a pipeline cannot contain dates and times");
    }
  }

  std::string file_;
  fs::path base_;
  bool has_lines_;
  std::string_view text_;
  Diagnostics& diagnostics_;
};

std::optional<Node> Parse(const std::string& text, const std::string& name, const fs::path& base,
                          bool has_lines, Diagnostics& diagnostics) {
  if (const auto deep = FindDeepNesting(text)) {
    diagnostics.Add(has_lines ? Position{name, deep->line, deep->column} : Position{name, 0, 0},
                    TooDeep());
    return std::nullopt;
  }
  try {
    const toml::table table = toml::parse(std::string_view(text), std::string_view(name));
    return Converter(name, base, has_lines, text, diagnostics).Convert(table);
  } catch (const toml::parse_error& e) {
    const auto& at = e.source().begin;
    std::string message = DescribeTomlError(has_lines ? text : "", e.description());
    if (has_lines) {
      diagnostics.Add({name, at.line, at.column}, std::move(message),
                      Excerpt(text, at.line, at.column));
    } else {
      diagnostics.Add({name, 0, 0}, std::move(message));
    }
    return std::nullopt;
  }
}

std::optional<std::string> ReadText(const fs::path& file, const Position& position,
                                    Diagnostics& diagnostics) {
  std::error_code error;
  const auto fail = [&](const std::string& why) {
    diagnostics.Add(position, (position.line > 0 ? "'" + file.string() + "' " : "") + why);
    return std::nullopt;
  };
  if (fs::is_directory(file, error)) { return fail("is a directory, not a pipeline file"); }
  // A file on the command line may be a pipe, but an include that waits for one would hang.
  const bool included = position.line > 0;
  if (included && fs::exists(file, error) && !fs::is_regular_file(file, error)) {
    return fail("is not a regular file");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) { return fail(std::string("cannot be read: ") + std::strerror(errno)); }
  std::string text;
  text.resize(kMaxFileSize + 1);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxFileSize) { return fail("is larger than 1 MiB: not a pipeline file"); }
  return text;
}

std::string NoDirectory(const std::error_code& error) {
  return "the current directory cannot be found: " + error.message();
}

// The base of relative paths that are not in a file. Throws ConfigError: somebody may have removed
// the directory.
fs::path CurrentDirectory(const std::string& name) {
  std::error_code error;
  fs::path directory = fs::current_path(error);
  Diagnostics diagnostics;
  if (error) { diagnostics.Add({name, 0, 0}, NoDirectory(error)); }
  diagnostics.ThrowIfAny();
  return directory;
}

// Reads a file and, before it, the files that it includes.
class LayerReader {
 public:
  LayerReader(std::vector<Node>& layers, Diagnostics& diagnostics)
      : layers_(layers), diagnostics_(diagnostics) {}

  // `position` is that of the include, or of the file itself.
  void Add(const fs::path& file, const Position& position) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(file, error);
    if (std::ranges::find(open_, canonical) != open_.end()) {
      diagnostics_.Add(position, "'" + file.string() + "' is included in a cycle");
      return;
    }
    if (TooMany(position)) { return; }
    const auto text = ReadText(file, position, diagnostics_);
    if (!text) { return; }
    const fs::path absolute = fs::absolute(file, error);
    if (error) {
      diagnostics_.Add(position, NoDirectory(error));
      return;
    }
    open_.push_back(canonical);
    AddText(*text, file.string(), absolute.parent_path());
    open_.pop_back();
  }

  void AddText(const std::string& text, const std::string& name, const fs::path& base) {
    const std::size_t mistakes = diagnostics_.size();
    if (auto node = Parse(text, name, base, true, diagnostics_)) {
      const bool included = open_.size() > 1;
      const bool empty = node->As<Node::Table>()->empty() && diagnostics_.size() == mistakes;
      if (empty && !included) {
        diagnostics_.Add({name, 0, 0},
                         "is empty; a pipeline starts with [pipeline] and its name = \"...\"");
      }
      AddIncludes(*node);
      std::erase_if(std::get<Node::Table>(node->value),
                    [](const Entry& e) { return e.key == "include"; });
      layers_.push_back(std::move(*node));
    }
  }

 private:
  bool TooMany(const Position& position) {
    const bool deep = open_.size() >= kMaxDepth;
    if (deep) {
      diagnostics_.Add(position,
                       "files include each other more than " + std::to_string(kMaxDepth) + " deep");
    } else if (++files_ == kMaxFiles + 1) {
      diagnostics_.Add(position,
                       "the pipeline includes more than " + std::to_string(kMaxFiles) + " files");
    }
    return deep || files_ > kMaxFiles;
  }

  void AddIncludes(const Node& layer) {
    const Node* include = layer.Find("include");
    if (include == nullptr) { return; }
    Node::Array list{*include};
    if (const auto* array = include->As<Node::Array>()) { list = *array; }
    for (const Node& entry : list) {
      const auto* name = entry.As<std::string>();
      if (name != nullptr && name->find('\0') != std::string::npos) {
        diagnostics_.Add(entry.position, "include: a path cannot contain NUL characters");
      } else if (name != nullptr) {
        // The name is relative like that of the including file, so that messages stay short.
        const fs::path beside = fs::path(entry.position.file).parent_path();
        Add((beside / *name).lexically_normal(), entry.position);
      } else {
        diagnostics_.Add(entry.position, "include must be a file name or a list of them, not " +
                                             std::string(entry.TypeText()));
      }
    }
  }

  std::vector<Node>& layers_;
  Diagnostics& diagnostics_;
  std::vector<fs::path> open_;  // the current file and those that include it, outermost first
  std::size_t files_ = 0;
};

}  // namespace

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : path) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  const bool wrong =
      quoted || parts.size() > kMaxDepth || std::ranges::any_of(parts, &std::string::empty);
  return wrong ? std::vector<std::string>() : parts;
}

std::optional<Node> ParseValue(const std::string& text, const Node& like) {
  Diagnostics not_toml;
  auto parsed = Parse("v = " + text, like.position.file, like.base, false, not_toml);
  Node* value = parsed && not_toml.empty() ? parsed->Find("v") : nullptr;
  return value != nullptr && parsed->As<Node::Table>()->size() == 1 ? std::optional(*value)
                                                                    : std::nullopt;
}

Override ParseOverride(std::string_view text) {
  const std::string name = "--set " + std::string(text);
  Diagnostics diagnostics;
  const std::size_t equals = text.find('=');
  Override out{equals == std::string_view::npos ? std::vector<std::string>()
                                                : SplitPath(text.substr(0, equals)),
               {}};
  if (out.path.empty()) {
    diagnostics.Add({name, 0, 0}, "expected PATH=VALUE, e.g. optimizer.use=rea");
  } else if (out.path[0] == "include") {
    diagnostics.Add({name, 0, 0}, "only a file can include another");
  }
  diagnostics.ThrowIfAny();
  const std::string value(text.substr(equals + 1));
  const fs::path base = CurrentDirectory(name);
  Diagnostics not_toml;
  const std::string quoted = [&] {
    std::string escaped;
    for (const char c : value) {
      escaped += c == '\\' || c == '"' ? std::string("\\") + c : std::string(1, c);
    }
    return "v = \"" + escaped + "\"";
  }();
  auto parsed = Parse("v = " + value, name, base, false, not_toml);
  const bool one_value = parsed && parsed->As<Node::Table>()->size() == 1;
  if (!one_value || !not_toml.empty()) { parsed = Parse(quoted, name, base, false, diagnostics); }
  diagnostics.ThrowIfAny();
  out.value = std::move(*parsed->Find("v"));
  return out;
}

Document Document::Read(const fs::path& file, const std::vector<std::string>& overrides) {
  Document document;
  document.name_ = file.string();
  Diagnostics diagnostics;
  LayerReader(document.layers_, diagnostics).Add(file, {file.string(), 0, 0});
  document.AddOverrides(overrides, diagnostics);
  diagnostics.ThrowIfAny();
  return document;
}

Document Document::FromText(const std::string& text, const std::string& name,
                            const std::vector<std::string>& overrides) {
  Document document;
  document.name_ = name;
  Diagnostics diagnostics;
  LayerReader(document.layers_, diagnostics).AddText(text, name, CurrentDirectory(name));
  document.AddOverrides(overrides, diagnostics);
  diagnostics.ThrowIfAny();
  return document;
}

Document Document::With(std::vector<Node> layers, std::vector<Override> overrides) const {
  Document document;
  document.name_ = name_;
  document.layers_ = std::move(layers);
  document.overrides_ = std::move(overrides);
  return document;
}

void Document::AddOverrides(const std::vector<std::string>& overrides, Diagnostics& diagnostics) {
  for (const std::string& text : overrides) {
    try {
      overrides_.push_back(ParseOverride(text));
    } catch (const ConfigError& e) {
      for (const Diagnostic& d : e.diagnostics()) { diagnostics.Add(d.position, d.message); }
    }
  }
}

}  // namespace lode::core
