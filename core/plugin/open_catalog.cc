#include "core/plugin/open_catalog.h"

namespace lode::core {

const ComponentDeclaration* OpenCatalog::Find(lode_kind kind, std::string_view id) const {
  const ComponentDeclaration* known = known_ ? known_->Find(kind, id) : nullptr;
  if (known != nullptr) { return known; }
  ComponentDeclaration& open = open_[{kind, std::string(id)}];
  open.kind = kind;
  open.id = id;
  open.prepares = open.loads = open.is_open = true;
  return &open;
}

const PluginDeclaration* OpenCatalog::PluginOf(const ComponentDeclaration& component) const {
  return component.is_open ? &no_plugin_ : known_->PluginOf(component);
}

std::vector<std::string> OpenCatalog::Ids(lode_kind kind) const {
  return known_ ? known_->Ids(kind) : std::vector<std::string>();
}

}  // namespace lode::core
