#include "core/config/format_tree.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "core/config/artifacts.h"
#include "core/config/document.h"
#include "core/config/host_tables.h"
#include "core/config/toml_text.h"
#include "core/plugin/declaration.h"

namespace lode::core {
namespace {

// The declared type of a value, if it is declared.
using Type = std::optional<lode_type>;

Type Find(const std::vector<ParamDeclaration>& params, const std::string& key) {
  const auto param = std::ranges::find(params, key, &ParamDeclaration::name);
  return param != params.end() ? Type(param->type) : std::nullopt;
}

// Returns the type of the parameter with this name of components of a kind: of component `id`, or
// of any if `id` is "".
Type TypeOf(const Catalog& catalog, lode_kind kind, const std::string& id, const std::string& key) {
  Type type = Find(ComponentKeys(), key);
  for (const std::string& known : catalog.Ids(kind)) {
    if (!type && (id.empty() || id == known)) {
      type = Find(catalog.Find(kind, known)->params, key);
    }
  }
  return type;
}

Type ElementOf(Type list) {
  return list == LODE_T_STRING_LIST ? LODE_T_STRING : list == LODE_T_PATH ? LODE_T_PATH : Type();
}

bool IsText(Type type) {
  return type == LODE_T_STRING || type == LODE_T_CHOICE || type == LODE_T_PATH;
}

lode_kind KindOf(std::string_view name) {
  for (const lode_kind kind : {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER}) {
    if (KindName(kind) == name) { return kind; }
  }
  return 0;
}

std::string Key(const std::string& key) {
  const bool is_bare = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return is_bare ? key : FormatValue(key);
}

// A text from a variable or the command line may stand for a number, a boolean or a list.
std::string Bare(const std::string& text, const Node& node) {
  const auto parsed = ParseValue(text, node);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (parsed && parsed->As<std::string>() == nullptr && parsed->As<Node::Table>() == nullptr) {
    return text;
  }
  return is_number ? FormatValue(number) : TomlText(text);
}

class TreeWriter {
 public:
  explicit TreeWriter(const Catalog& catalog) : catalog_(catalog) {}

  std::string Value(const Node& node, Type type) const {
    if (const auto* text = node.As<std::string>()) { return Text(*text, node, type); }
    if (const auto* list = node.As<Node::Array>()) { return List(*list, ElementOf(type)); }
    if (const auto* table = node.As<Node::Table>()) { return Inline(*table); }
    return IsText(type) && !node.written.empty() ? Text(node.written, node, type) : Scalar(node);
  }

  std::string Tables(const Node& tree, const std::string& prefix) const {
    std::string text;
    for (const Entry& entry : *tree.As<Node::Table>()) { text += Table(entry, prefix); }
    return text;
  }

 private:
  static std::string Text(const std::string& text, const Node& node, Type type) {
    if (type == LODE_T_PATH && !text.empty() && !IsArtifact(text)) {
      return TomlText((node.base / text).lexically_normal().string());
    }
    return node.may_stand_for_another() && !IsText(type) ? Bare(text, node) : TomlText(text);
  }

  static std::string Scalar(const Node& node) {
    if (const auto* b = node.As<bool>()) { return FormatValue(*b); }
    const auto* i = node.As<std::int64_t>();
    return i != nullptr ? FormatValue(*i) : FormatValue(*node.As<double>());
  }

  std::string List(const Node::Array& list, Type type) const {
    std::string text;
    for (const Node& element : list) { text += (text.empty() ? "" : ", ") + Value(element, type); }
    return "[" + text + "]";
  }

  std::string Inline(const Node::Table& table) const {
    std::string text;
    for (const Entry& entry : table) {
      text += (text.empty() ? "" : ", ") + Key(entry.key) + " = " + Value(entry.node, {});
    }
    return "{" + text + "}";
  }

  std::string Table(const Entry& entry, const std::string& prefix) const {
    const lode_kind kind = KindOf(entry.key);
    const auto* list = entry.node.As<Node::Array>();
    const std::string name = prefix + entry.key;
    if (list == nullptr) { return Body(entry, kind, entry.node, "[" + name + "]", name); }
    std::string text;
    for (const Node& element : *list) {
      text += Body(entry, kind, element, "[[" + name + "]]", name);
    }
    return text;
  }

  // `title` is "[NAME]" or "[[NAME]]".
  std::string Body(const Entry& entry, lode_kind kind, const Node& table, const std::string& title,
                   const std::string& name) const {
    std::string text = "\n" + title + "\n", below;
    for (const Entry& key : *table.As<Node::Table>()) {
      const auto* inner = key.node.As<Node::Table>();
      if (kind != 0 && inner != nullptr) {
        below += "\n[" + name + "." + Key(key.key) + "]\n" + Params(*inner, kind, key.key);
      } else {
        text += Key(key.key) + " = " + Value(key.node, HostTypeOf(entry.key, key)) + "\n";
      }
    }
    return text + below;
  }

  std::string Params(const Node::Table& params, lode_kind kind, const std::string& id) const {
    std::string text;
    for (const Entry& param : params) {
      text +=
          Key(param.key) + " = " + Value(param.node, TypeOf(catalog_, kind, id, param.key)) + "\n";
    }
    return text;
  }

  // Returns the types in the host's tables, and of the values of a grid's axes according to their
  // paths.
  Type HostTypeOf(const std::string& table, const Entry& key) const {
    if (table == "plugins") {
      return LODE_T_PATH;  // a list of them
    }
    const std::vector<std::string> path = SplitPath(key.key);
    if (table == "grid" && path.size() > 1) {
      const lode_kind kind = KindOf(path.front());
      const Type type = kind != 0 ? TypeOf(catalog_, kind, "", path.back())
                                  : FindHostType(path.front(), path.back());
      return type == LODE_T_STRING || type == LODE_T_CHOICE ? LODE_T_STRING_LIST : type;
    }
    return KindOf(table) != 0 ? TypeOf(catalog_, KindOf(table), "", key.key)
                              : FindHostType(table, key.key);
  }

  static Type FindHostType(const std::string& table, const std::string& key) {
    const auto declared = std::ranges::find(HostTables(), table, &HostTable::name);
    return declared != HostTables().end() ? Find(declared->params, key) : std::nullopt;
  }

  const Catalog& catalog_;
};

}  // namespace

std::string FormatTree(const Node& tree, const std::string& prefix, const Catalog& catalog) {
  return TreeWriter(catalog).Tables(tree, prefix);
}

}  // namespace lode::core
