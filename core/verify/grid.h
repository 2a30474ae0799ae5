// A grid space for binding.
#pragma once

#include <lode/plugin.hpp>

#include "core/verify/grid_space.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// A grid space of a given size, ready to be bound.
class Grid {
 public:
  Grid(std::int64_t rows, std::int64_t choices)
      : subject_(GridSpaceComponent(), {"grid", {Integer(rows), Integer(choices)}}),
        space_(subject_.space()) {}
  const Space& space() const { return space_; }

 private:
  static lode_value Integer(std::int64_t i) {
    lode_value value{};
    value.type = LODE_T_INT;
    value.as.i = i;
    return value;
  }

  Subject subject_;
  Space space_;
};

}  // namespace lode::verify
