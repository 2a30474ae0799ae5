// Values of the host's own tables.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config/host_tables.h"
#include "core/config/values.h"
#include "core/plugin/text.h"

namespace lode::core {

// The values of one host table, by name.
class HostValues {
 public:
  HostValues(const char* name, const Node* node, const Position& where,
             const std::vector<std::string>& other_keys, Diagnostics& diagnostics)
      : table_(FindHostTable(name)),
        values_(ReadTable(table_.params, node, where, "[" + table_.name + "]", other_keys,
                          diagnostics)) {
    std::ranges::for_each(values_, MakePrintable);
  }

  template <class T>
  const T& Get(std::string_view name) const {
    const auto at =
        std::ranges::find(table_.params, name, &ParamDeclaration::name) - table_.params.begin();
    return std::get<T>(values_[static_cast<std::size_t>(at)]);
  }
  // Returns a limit; 0, its default, stands for none.
  std::optional<std::uint64_t> Limit(std::string_view name) const {
    const auto value = Get<std::int64_t>(name);
    return value > 0 ? std::optional(static_cast<std::uint64_t>(value)) : std::nullopt;
  }
  // Returns a number whose default, infinity, stands for none; a written one is finite.
  std::optional<double> Optional(std::string_view name) const {
    const auto value = Get<double>(name);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }

 private:
  // The host shows these texts; texts for components stay as they are.
  static void MakePrintable(Value& value) {
    if (auto* text = std::get_if<std::string>(&value)) {
      *text = PrintableText(*text);
    }
  }

  const HostTable& table_;
  std::vector<Value> values_;
};

}  // namespace lode::core
