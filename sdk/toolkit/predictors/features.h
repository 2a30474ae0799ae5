// What a predictor sees of an architecture: the paths of operations in its network, and the
// decisions that describe it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>

#include "toolkit/encodings/path_encoder.h"

namespace lode::predictors {

class Features {
 public:
  struct Settings {
    std::size_t most_paths = 128;  // of the path encoding; 0: without it
    bool decisions = true;         // whether the cells of the matrices are features too, which they
                                   // always are where there is no path encoding
  };

  // Learns the path encoding from the examples; see PathEncoder.
  Features(const Space& space, std::span<const Architecture> examples, const Settings& settings);

  std::size_t size() const { return paths_.size() + cells_; }

  // REQUIRES: out has size() numbers.
  void Encode(ArchitectureView architecture, std::span<float> out) const;

 private:
  encodings::PathEncoder paths_;
  std::size_t cells_;  // that are features
};

}  // namespace lode::predictors
