// The limit on skip connections of p_darts.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <vector>

namespace diff_p_darts {

// Restricts how many skip connections an action's architecture has in the first matrix of a space:
// columns whose label contains "skip" (P-DARTS, section 3.3).
class SkipLimit {
 public:
  SkipLimit(const lode::Space& space, std::size_t limit);

  // While the architecture has more, the skip connection with the smallest entry loses it, and the
  // architecture is formed anew.
  void Apply(lode::Action& action) const;

 private:
  lode::Space space_;
  std::size_t limit_;
  std::vector<std::size_t> skips_;  // cells
};

}  // namespace diff_p_darts
