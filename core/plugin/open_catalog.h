// A catalog that has every component: of those whose plugins are not loaded it knows the names only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/catalog.h"

namespace lode::core {

// For who reads a pipeline and runs nothing of it. Used by one thread.
class OpenCatalog : public Catalog {
 public:
  // `known`: whose components are looked for first; may be none.
  explicit OpenCatalog(std::unique_ptr<Catalog> known = nullptr) : known_(std::move(known)) {}

  // One that is not known is a declaration of which only kind and id mean something (is_open).
  const ComponentDeclaration* Find(lode_kind kind, std::string_view id) const override;
  const PluginDeclaration* PluginOf(const ComponentDeclaration& component) const override;
  std::vector<std::string> Ids(lode_kind kind) const override;

 private:
  const std::unique_ptr<Catalog> known_;
  const PluginDeclaration no_plugin_;
  mutable std::map<std::pair<lode_kind, std::string>, ComponentDeclaration> open_;
};

}  // namespace lode::core
