#include "core/config/values.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "core/config/artifacts.h"
#include "core/config/document.h"
#include "core/plugin/log.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFewNames = 10;

// "${STEPS}", or a string on the command line, may stand for a number or a boolean.
std::optional<Value> FromText(lode_type type, const std::string& text) {
  const char* const first = text.data();
  const char* const last = first + text.size();
  if (type == LODE_T_BOOL && (text == "true" || text == "false")) { return text == "true"; }
  if (std::int64_t i = 0; type == LODE_T_INT) {
    const auto [end, error] = std::from_chars(first, last, i);
    return end == last && error == std::errc() ? std::optional<Value>(i) : std::nullopt;
  }
  if (double r = 0; type == LODE_T_REAL) {
    const auto [end, error] = std::from_chars(first, last, r);
    return end == last && error == std::errc() ? std::optional<Value>(r) : std::nullopt;
  }
  return std::nullopt;
}

bool TakesText(lode_type type) {
  return type == LODE_T_STRING || type == LODE_T_CHOICE || type == LODE_T_PATH;
}

std::optional<Value> ReadScalar(lode_type type, const Node& node) {
  if (const auto* text = node.As<std::string>()) {
    if (TakesText(type)) { return *text; }
    return node.may_stand_for_another() ? FromText(type, *text) : std::nullopt;
  }
  // A value on the command line that looks like a number may be meant as a text: a choice "1.2", a
  // name 007.
  if (!node.written.empty() && TakesText(type)) { return node.written; }
  if (const auto* b = node.As<bool>(); b != nullptr && type == LODE_T_BOOL) { return *b; }
  if (const auto* i = node.As<std::int64_t>()) {
    if (type == LODE_T_INT) { return *i; }
    return type == LODE_T_REAL ? std::optional<Value>(static_cast<double>(*i)) : std::nullopt;
  }
  if (const auto* r = node.As<double>(); r != nullptr && type == LODE_T_REAL) { return *r; }
  return std::nullopt;
}

template <class T>
std::optional<Value> ReadList(lode_type element_type, const Node& node) {
  // "[1, 2]" as a string
  const auto* text = node.As<std::string>();
  const std::optional<Node> parsed =
      text != nullptr && node.may_stand_for_another() ? ParseValue(*text, node) : std::nullopt;
  const auto* array = (parsed ? *parsed : node).As<Node::Array>();
  if (array == nullptr) { return std::nullopt; }
  std::vector<T> list;
  for (const Node& element : *array) {
    const auto value = ReadScalar(element_type, element);
    if (!value) { return std::nullopt; }
    list.push_back(std::get<T>(*value));
  }
  return list;
}

std::optional<Value> ReadTyped(lode_type type, const Node& node) {
  switch (type) {
    case LODE_T_INT_LIST:
      return ReadList<std::int64_t>(LODE_T_INT, node);
    case LODE_T_REAL_LIST:
      return ReadList<double>(LODE_T_REAL, node);
    case LODE_T_STRING_LIST:
      return ReadList<std::string>(LODE_T_STRING, node);
    default:
      return ReadScalar(type, node);
  }
}

std::optional<Value> ReadDeclared(const ParamDeclaration& param, const Node& node) {
  const auto* flag = node.As<bool>();
  return flag != nullptr && TakesBoolean(param) ? std::optional<Value>(FormatValue(*flag))
                                                : ReadTyped(param.type, node);
}

// Returns what a message says about a value of the wrong type.
std::string Seen(const Node& node) {
  const auto* text = node.As<std::string>();
  return text != nullptr && node.from_environment ? FormatValue(*text) + " from the environment"
                                                  : std::string(node.TypeText());
}

lode_type ElementType(lode_type list) {
  switch (list) {
    case LODE_T_INT_LIST:
      return LODE_T_INT;
    case LODE_T_REAL_LIST:
      return LODE_T_REAL;
    default:
      return LODE_T_STRING;
  }
}

void ReportWrongType(const ParamDeclaration& param, const Node& node, Diagnostics& diagnostics) {
  const std::string wanted(param.type == LODE_T_CHOICE ? "string" : TypeName(param.type));
  const std::string must =
      "'" + param.name + "' must be a" + (wanted[0] == 'i' ? "n " : " ") + wanted + ", not ";
  const auto* elements = node.As<Node::Array>();
  if (elements == nullptr || param.type < LODE_T_INT_LIST) {
    diagnostics.Add(node.position, must + Seen(node));
    return;
  }
  const auto wrong = std::ranges::find_if(*elements, [&](const Node& element) {
    return !ReadScalar(ElementType(param.type), element).has_value();
  });
  diagnostics.Add(wrong->position, must + "one with " + Seen(*wrong));
}

std::vector<std::string> NamesOf(const std::vector<ParamDeclaration>& params,
                                 const std::vector<std::string>& more) {
  std::vector<std::string> names = more;
  std::ranges::transform(params, std::back_inserter(names), &ParamDeclaration::name);
  return names;
}

void ReportUnknownKeys(const std::vector<ParamDeclaration>& params, const Node& table,
                       const std::string& title, const std::vector<std::string>& other_keys,
                       Diagnostics& diagnostics) {
  const std::vector<std::string> names = NamesOf(params, other_keys);
  for (const Entry& entry : *table.As<Node::Table>()) {
    if (std::ranges::find(names, entry.key) == names.end()) {
      diagnostics.Add(entry.key_position,
                      title + " has no parameter '" + entry.key + "'" + Suggest(entry.key, names));
    }
  }
}

void WarnIfDeprecated(const ParamDeclaration& param, const Node& node, const std::string& title) {
  if ((param.flags & LODE_PARAM_DEPRECATED) != 0) {
    const std::string warning = title + ": '" + param.name + "' is deprecated: " + param.doc;
    Log(LODE_WARNING, FormatDiagnostic({node.position, warning}));
  }
}

}  // namespace

std::string CheckInputFile(const fs::path& file) {
  if (file.empty()) { return "needs the name of a file"; }
  std::error_code error;
  if (!fs::exists(file, error)) { return "there is no file " + file.string(); }
  if (!fs::is_regular_file(file, error)) { return file.string() + " is not a file"; }
  return access(file.c_str(), R_OK) == 0 ? "" : file.string() + " cannot be read";
}

bool TakesBoolean(const ParamDeclaration& param) {
  return param.type == LODE_T_CHOICE &&
         std::ranges::find(param.choices, "true") != param.choices.end();
}

bool MayBeEmptyPath(const ParamDeclaration& param) {
  return (param.flags & LODE_PARAM_REQUIRED) == 0 && param.default_value == Value(std::string());
}

std::optional<Value> ReadValue(const ParamDeclaration& param, const Node& node,
                               Diagnostics& diagnostics) {
  std::optional<Value> value = ReadDeclared(param, node);
  if (!value) {
    ReportWrongType(param, node, diagnostics);
    return std::nullopt;
  }
  if (param.type == LODE_T_PATH) {
    const auto path = std::get<std::string>(*value);
    if (path.find('\0') != std::string::npos) {
      diagnostics.Add(node.position, "'" + param.name + "': a path cannot contain NUL characters");
      return std::nullopt;
    }
    if (IsArtifact(path)) {
      return value;  // stages.cc checks that the file will exist
    }
    if (!path.empty()) {
      const std::string whole = (node.base / path).lexically_normal().string();
      if (!IsUtf8(whole)) {  // pipeline.toml could not contain it
        diagnostics.Add(node.position, "'" + param.name + "': the path " + whole + " is not UTF-8");
        return std::nullopt;
      }
      value = whole;
    }
  }
  std::string wrong = CheckValue(param, *value);
  if (wrong.empty() && (param.flags & LODE_PARAM_INPUT_FILE) != 0) {
    const auto& path = std::get<std::string>(*value);
    const bool is_folder = (param.flags & LODE_PARAM_INPUT) != 0 && fs::is_directory(path);
    wrong = is_folder || (path.empty() && MayBeEmptyPath(param)) ? "" : CheckInputFile(path);
    std::error_code error;
    if (!wrong.empty() && !path.empty() && !fs::exists(path, error)) {
      diagnostics.AddMissingFile(node.position, "'" + param.name + "': " + wrong);
      return value;
    }
  }
  if (!wrong.empty()) {
    diagnostics.Add(node.position, "'" + param.name + "': " + wrong);
    return std::nullopt;
  }
  return value;
}

std::vector<Value> ReadTable(const std::vector<ParamDeclaration>& params, const Node* table,
                             const Position& where, const std::string& title,
                             const std::vector<std::string>& other_keys, Diagnostics& diagnostics) {
  if (table != nullptr && table->As<Node::Table>() == nullptr) {
    diagnostics.Add(table->position,
                    title + " must be a table, not " + std::string(table->TypeText()));
    table = nullptr;
  } else if (table != nullptr) {
    ReportUnknownKeys(params, *table, title, other_keys, diagnostics);
  }
  std::vector<Value> values;
  for (const ParamDeclaration& param : params) {
    const Node* node = table != nullptr ? table->Find(param.name) : nullptr;
    if (node != nullptr) {
      WarnIfDeprecated(param, *node, title);
      values.push_back(ReadValue(param, *node, diagnostics).value_or(param.default_value));
      continue;
    }
    if ((param.flags & LODE_PARAM_REQUIRED) != 0) {
      diagnostics.Add(where, title + " needs '" + param.name + "'");
    }
    values.push_back(param.default_value);
  }
  return values;
}

std::string Suggest(const std::string& word, const std::vector<std::string>& names) {
  if (std::string nearest = DidYouMean(word, names); !nearest.empty()) { return nearest; }
  if (names.empty() || names.size() > kFewNames) { return ""; }
  std::string text = "; there is ";
  for (const std::string& name : names) { text += (&name == &names.front() ? "" : ", ") + name; }
  return text;
}

}  // namespace lode::core
