// The available components, against which configurations are validated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

class Catalog {
 public:
  virtual ~Catalog() = default;

  // Returns nullptr if there is no such component. Pointers stay valid as long as the catalog.
  virtual const ComponentDeclaration* Find(lode_kind kind, std::string_view id) const = 0;

  // Returns the plugin of a component that Find() returned.
  virtual const PluginDeclaration* PluginOf(const ComponentDeclaration& component) const = 0;

  // Returns all IDs of a kind, sorted.
  virtual std::vector<std::string> Ids(lode_kind kind) const = 0;
};

}  // namespace lode::core
