// The path encoding of architectures: which sequences of operations occur in the network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <unordered_map>

#include "toolkit/encodings/graph_paths.h"

namespace lode::encodings {

// A number for each of the most frequent sequences of operations along a path from input to output:
// 1 if the network has such a path, 0 if not. White, Neiswanger, Savani, BANANAS, AAAI 2021,
// section 4: an encoding cut to the most frequent paths says nearly as much as the full one, whose
// size grows exponentially with that of the cell. Unlike there, identities are not part of a
// sequence (GraphReader), so that equal networks have equal encodings.
//
// Learned from examples: in which sequences occur, and how often. The encoding is empty, of size 0,
// if the space gives no graph, or if no example has more than one path: then an operation has only
// one place where it can be, and most sequences never occur again.
class PathEncoder {
 public:
  // Keeps at most `most_paths` sequences, each of which at least kLeast examples have.
  PathEncoder(Space space, std::span<const Architecture> examples, std::size_t most_paths);

  std::size_t size() const { return places_.size(); }

  // REQUIRES: out has size() numbers.
  void Encode(ArchitectureView architecture, std::span<float> out) const;

 private:
  static constexpr std::size_t kLeast = 2;

  Space space_;
  std::optional<GraphReader> reader_;
  std::unordered_map<std::uint64_t, std::size_t> places_;  // of the sequences kept
};

}  // namespace lode::encodings
