// A catalog that has every component. Of components whose plugins are not loaded it knows only the
// names.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/catalog.h"

namespace lode::core {

// For code that reads a pipeline without running it. One thread at a time may use it.
class OpenCatalog : public Catalog {
 public:
  // Looks for components in `known` first; it may be null.
  explicit OpenCatalog(std::unique_ptr<Catalog> known = nullptr) : known_(std::move(known)) {}

  // For an unknown component, returns a declaration in which only kind and ID are meaningful
  // (is_open).
  const ComponentDeclaration* Find(lode_kind kind, std::string_view id) const override;
  const PluginDeclaration* PluginOf(const ComponentDeclaration& component) const override;
  std::vector<std::string> Ids(lode_kind kind) const override;

 private:
  const std::unique_ptr<Catalog> known_;
  const PluginDeclaration no_plugin_;
  mutable std::map<std::pair<lode_kind, std::string>, ComponentDeclaration> open_;
};

}  // namespace lode::core
