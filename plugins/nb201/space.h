// The search space "nb201": one matrix "cell" of 6 edges x 5 operations.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_NB201_SPACE_H_
#define LODE_PLUGINS_NB201_SPACE_H_

#include <lode/choices.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/nb201/cell.h"
#include "plugins/nb201/network_size.h"

namespace nb201 {

// An operation for each edge, chosen independently: actions are discretised by algorithm 1 of the
// L2NAS paper. All parameters but `mutation` are of the network around the cell and concern its
// metrics only.
class Space : public lode::ChoiceSpace {
 public:
  struct Config {
    std::string dataset = "cifar10";
    std::int64_t channels = 16;
    std::int64_t cells = 5;
    std::string mutation = "edge";
  };
  static lode::Params<Config> Parameters();
  Space(lode::Host, const Config& config);

  // One draw for the whole cell: its number.
  void Sample(lode::Random random, std::span<std::uint8_t> out) const;

  // Another operation, each equally likely, on one edge. It is drawn from all six, or, by
  // "node_first", from the inputs of a node that is drawn before: the authors' evolution does so,
  // which changes 0->1 three times as often as an edge of node 3.
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const;

  std::string Format(lode::ArchitectureView architecture) const;
  // Reads all notations of Parse() in cell.h. Throws lode::InvalidError "column N: ..." with the
  // position of the first wrong character, counted from 1, and for an unknown operation the nearest
  // one.
  void Parse(std::string_view text, std::span<std::uint8_t> out) const;

  // See canonical.h.
  void Canonical(lode::ArchitectureView architecture, std::span<std::uint8_t> representative) const;
  // The cell: its four nodes, and its edges in kEdgeOrder but for those with `none`.
  lode::Graph Graph(lode::ArchitectureView architecture) const;

  // "params" and "macs": see network_size.h.
  std::vector<lode::Metric> Metrics() const;
  void Measure(lode::ArchitectureView architecture, std::span<double> metrics) const;

 private:
  std::string dataset_;
  bool draws_node_first_;
  NetworkSizes sizes_;
};

}  // namespace nb201

#endif  // LODE_PLUGINS_NB201_SPACE_H_
