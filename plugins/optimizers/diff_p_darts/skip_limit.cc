#include "plugins/optimizers/diff_p_darts/skip_limit.h"

#include <algorithm>

namespace diff_p_darts {

SkipLimit::SkipLimit(const lode::Space& space, std::size_t limit) : space_(space), limit_(limit) {
  const lode::Matrix& first = space.matrices().front();
  for (std::size_t cell = 0; cell < first.cells(); ++cell) {
    const std::string& label = first.column_labels[cell % first.columns()];
    if (label.find("skip") != std::string::npos) { skips_.push_back(cell); }
  }
}

void SkipLimit::Apply(lode::Action& action) const {
  const float below_all = *std::ranges::min_element(action) - 1;
  while (true) {
    const lode::Architecture architecture = space_.Discretize(action);
    std::vector<std::size_t> present;
    std::ranges::copy_if(skips_, std::back_inserter(present),
                         [&](std::size_t cell) { return architecture[cell] != 0; });
    const auto lost =
        std::ranges::min_element(present, {}, [&](std::size_t cell) { return action[cell]; });
    if (present.size() <= limit_ || action[*lost] == below_all) { return; }
    action[*lost] = below_all;
  }
}

}  // namespace diff_p_darts
