// The search space "darts": matrices "normal" and "reduce" of 14 edges x 7 operations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/spaces/darts/cost.h"
#include "plugins/spaces/darts/genotype.h"

namespace darts {

// A cell's decisions are, for each intermediate node, its pair of inputs and the operation of each
// of its two edges, identified by the order of their inputs.
//
// Every const method may be called from any thread. Methods that take architectures throw
// lode::InvalidError as FromArchitecture does.
class Space {
 public:
  using Config = NetworkSettings;
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  // Throws lode::InvalidError if the settings do not make a network.
  Space(lode::Host, const Config& config) : costs_(config) {}

  // Rows are edges "0->2", "1->2", "0->3", ...: nodes 0 and 1 are the cell's inputs, 2 to 5 the
  // intermediate nodes.
  std::vector<lode::Matrix> Matrices() const;
  double Log10Size() const;  // of kCellCount^2, about 1.08e18

  // Applies algorithm 2 of the L2NAS paper to each matrix: a node takes the largest entry of its
  // rows, and the largest of its other rows. Of equals it takes the first: the upper row, and in it
  // the left column.
  void Discretize(lode::ActionView action, std::span<std::uint8_t> out) const;
  void Sample(lode::Random random, std::span<std::uint8_t> out) const;

  // See text.h.
  std::string Format(lode::ArchitectureView architecture) const;
  void Parse(std::string_view text, std::span<std::uint8_t> out) const;

  // Draws one of the Neighbors, all equally likely.
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const;
  // Each intermediate node, with both its edges, is the mother's or the father's with probability
  // 1/2 each.
  void Crossover(lode::Random random, lode::ArchitectureView mother, lode::ArchitectureView father,
                 std::span<std::uint8_t> child) const;
  // Returns the 120 architectures that differ in one edge: it has another operation, or keeps its
  // own and comes from another input that its node does not use. Sorted by matrix, node and edge;
  // for each edge operations first, then inputs, both ascending.
  std::vector<lode::Architecture> Neighbours(lode::ArchitectureView architecture) const;
  // See canonical.h.
  void Canonical(lode::ArchitectureView architecture, std::span<std::uint8_t> representative) const;
  // A redrawn pair of inputs keeps the operations of its two edges in their order.
  void Resample(lode::Random random, double probability, lode::ArchitectureView parent,
                std::span<std::uint8_t> child) const;

  // Each cell has its own box: c_{k-2} and c_{k-1} are its inputs, c_{k} its output, 0 to 3 its
  // intermediate nodes.
  lode::Graph Graph(lode::ArchitectureView architecture) const;

  // "params", "macs" and "all_operations" of the network in network.h.
  std::vector<lode::Metric> Metrics() const;
  void Measure(lode::ArchitectureView architecture, std::span<double> metrics) const;

 private:
  NetworkCosts costs_;
};

}  // namespace darts
