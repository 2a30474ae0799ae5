#include "core/config/format_tree.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "core/config/artifacts.h"
#include "core/config/document.h"
#include "core/plugin/declaration.h"

namespace lode::core {
namespace {

// Whether components of a kind, `id` alone or any, have a path of this name.
bool IsPath(const Catalog& catalog, lode_kind kind, const std::string& id, const std::string& key) {
  return std::ranges::any_of(catalog.Ids(kind), [&](const std::string& known) {
    const auto& params = catalog.Find(kind, known)->params;
    const auto param = std::ranges::find(params, key, &ParamDeclaration::name);
    return (id.empty() || id == known) && param != params.end() && param->type == LODE_T_PATH;
  });
}

lode_kind KindOf(std::string_view name) {
  for (const lode_kind kind : {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER}) {
    if (KindName(kind) == name) {
      return kind;
    }
  }
  return 0;
}

std::string Quoted(const std::string& text) {
  std::string quoted = FormatValue(text);
  // A plain "${" is written "$${": what is read from here must not ask the environment.
  for (std::size_t at = 0; (at = quoted.find("${", at)) != std::string::npos; at += 3) {
    quoted.insert(at, 1, '$');
  }
  return quoted;
}

std::string Key(const std::string& key) {
  const bool is_bare = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return is_bare ? key : FormatValue(key);
}

// A variable's value may stand for a number or a boolean.
bool IsBare(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return text == "true" || text == "false" ||
         (error == std::errc() && end == text.data() + text.size());
}

class TreeWriter {
 public:
  explicit TreeWriter(const Catalog& catalog) : catalog_(catalog) {}

  std::string Value(const Node& node, bool is_path) const {
    if (const auto* text = node.As<std::string>()) {
      if (is_path && !text->empty() && !IsArtifact(*text)) {
        return Quoted((node.base / *text).lexically_normal().string());
      }
      return node.from_environment && IsBare(*text) ? *text : Quoted(*text);
    }
    if (const auto* list = node.As<Node::Array>()) {
      return List(*list, is_path);
    }
    if (const auto* table = node.As<Node::Table>()) {
      return Inline(*table);
    }
    return Scalar(node);
  }

  std::string Tables(const Node& tree, const std::string& prefix) const {
    std::string text;
    for (const Entry& entry : *tree.As<Node::Table>()) {
      text += Table(entry, prefix);
    }
    return text;
  }

 private:
  static std::string Scalar(const Node& node) {
    if (const auto* b = node.As<bool>()) {
      return FormatValue(*b);
    }
    const auto* i = node.As<std::int64_t>();
    return i != nullptr ? FormatValue(*i) : FormatValue(*node.As<double>());
  }

  std::string List(const Node::Array& list, bool is_path) const {
    std::string text;
    for (const Node& element : list) {
      text += (text.empty() ? "" : ", ") + Value(element, is_path);
    }
    return "[" + text + "]";
  }

  std::string Inline(const Node::Table& table) const {
    std::string text;
    for (const Entry& entry : table) {
      text += (text.empty() ? "" : ", ") + Key(entry.key) + " = " + Value(entry.node, false);
    }
    return "{" + text + "}";
  }

  std::string Table(const Entry& entry, const std::string& prefix) const {
    const lode_kind kind = KindOf(entry.key);
    const auto* list = entry.node.As<Node::Array>();
    const std::string name = prefix + entry.key;
    if (list == nullptr) {
      return Body(entry, kind, entry.node, "[" + name + "]", name);
    }
    std::string text;
    for (const Node& element : *list) {
      text += Body(entry, kind, element, "[[" + name + "]]", name);
    }
    return text;
  }

  // `title`: "[NAME]" or "[[NAME]]".
  std::string Body(const Entry& entry, lode_kind kind, const Node& table, const std::string& title,
                   const std::string& name) const {
    std::string text = "\n" + title + "\n", below;
    for (const Entry& key : *table.As<Node::Table>()) {
      const auto* inner = key.node.As<Node::Table>();
      if (kind != 0 && inner != nullptr) {
        below += "\n[" + name + "." + Key(key.key) + "]\n" + Params(*inner, kind, key.key);
      } else {
        text += Key(key.key) + " = " + Value(key.node, IsPathOf(entry.key, key)) + "\n";
      }
    }
    return text + below;
  }

  std::string Params(const Node::Table& params, lode_kind kind, const std::string& id) const {
    std::string text;
    for (const Entry& param : params) {
      const bool is_path = param.key == "policy" || IsPath(catalog_, kind, id, param.key);
      text += Key(param.key) + " = " + Value(param.node, is_path) + "\n";
    }
    return text;
  }

  // Of the host's tables: where plugins are, and axes of a grid that lead to a path.
  bool IsPathOf(const std::string& table, const Entry& key) const {
    if (table == "plugins") {
      return key.key == "paths";
    }
    const std::vector<std::string> path = SplitPath(key.key);
    const lode_kind kind = path.size() > 1 && table == "grid" ? KindOf(path.front()) : 0;
    return kind != 0 && (path.back() == "policy" || IsPath(catalog_, kind, "", path.back()));
  }

  const Catalog& catalog_;
};

}  // namespace

std::string FormatTree(const Node& tree, const std::string& prefix, const Catalog& catalog) {
  return TreeWriter(catalog).Tables(tree, prefix);
}

}  // namespace lode::core
