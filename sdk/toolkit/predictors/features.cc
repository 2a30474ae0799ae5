#include "toolkit/predictors/features.h"

#include <algorithm>

namespace lode::predictors {

Features::Features(const Space& space, std::span<const Architecture> examples,
                   const Settings& settings)
    : paths_(space, examples, settings.most_paths),
      cells_(settings.decisions || paths_.size() == 0 ? space.cells() : 0) {}

void Features::Encode(ArchitectureView architecture, std::span<float> out) const {
  paths_.Encode(architecture, out.first(paths_.size()));
  std::ranges::copy(architecture.first(cells_), out.subspan(paths_.size()).begin());
}

}  // namespace lode::predictors
