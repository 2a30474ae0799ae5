// Resolved values in the form that create() takes.
#pragma once

#include <lode/plugin.h>

#include <string>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

// Refers to the values it is made from, which must outlive it.
class ValueTable {
 public:
  // `values` has one value for each declared parameter.
  ValueTable(const lode_component& component, const std::vector<Value>& values);
  const std::vector<lode_value>& values() const { return table_; }

 private:
  std::vector<std::vector<lode_str>> strings_;  // for the lists of strings
  std::vector<lode_value> table_;
};

}  // namespace lode::core
