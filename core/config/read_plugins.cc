// The table [plugins].
#include <string>

#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"

namespace lode::core {

std::vector<std::filesystem::path> PluginPathsOf(const Node& tree) {
  std::vector<std::filesystem::path> paths;
  const Node* table = tree.Find("plugins");
  const Node* list = table != nullptr ? table->Find("paths") : nullptr;
  if (list == nullptr || list->As<Node::Array>() == nullptr) { return paths; }
  for (const Node& entry : *list->As<Node::Array>()) {
    const auto* path = entry.As<std::string>();
    if (path != nullptr && path->find('\0') == std::string::npos) {
      paths.push_back((entry.base / *path).lexically_normal());
    }
  }
  return paths;
}

std::vector<std::filesystem::path> ReadPlugins(const WrittenPipeline& written) {
  Pipeline pipeline;
  written.Read(PluginsTable(), pipeline);
  for (const std::filesystem::path& path : pipeline.plugins) {
    if (path.native().find('\0') != std::string::npos) {
      written.diagnostics.Add(written.PositionOf("plugins", "paths"),
                              "'paths': a path cannot contain NUL characters");
    }
  }
  return PluginPathsOf(written.tree);
}

}  // namespace lode::core
