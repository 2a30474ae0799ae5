#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

// Returns the position of a metric in the list, or the list's size if it is not there.
inline std::size_t MetricIndex(const std::vector<MetricDeclaration>& metrics,
                               std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(metrics, name, &MetricDeclaration::name) -
                                  metrics.begin());
}

}  // namespace lode::core
