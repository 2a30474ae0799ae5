#include "core/config/host_key.h"

#include <algorithm>

namespace lode::core {

void Restrict(Range range, ParamDeclaration& declaration) {
  constexpr double kMaxCount = 1e15;
  const lode_type type = declaration.type;
  const bool counts = type == LODE_T_INT || type == LODE_T_INT_LIST;
  declaration.min = counts ? std::max(range.min, 0.0) : range.min;
  declaration.max = counts ? std::min(range.max, kMaxCount) : range.max;
  declaration.flags |= range.open_min * static_cast<std::uint32_t>(LODE_PARAM_OPEN_MIN) |
                       range.open_max * static_cast<std::uint32_t>(LODE_PARAM_OPEN_MAX);
}

}  // namespace lode::core
