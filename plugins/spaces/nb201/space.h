// The search space "nb201": one matrix "cell" of 6 edges x 5 operations.
#pragma once

#include <lode/choices.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/spaces/nb201/cell.h"
#include "plugins/spaces/nb201/cost.h"

namespace nb201 {

// An operation for each edge, chosen independently: actions are discretized by algorithm 1 of the
// L2NAS paper. All parameters except `mutation` describe the network around the cell and affect
// only its metrics.
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

  // Makes one draw for the whole cell: its number.
  void Sample(lode::Random random, std::span<std::uint8_t> out) const;

  // Puts another operation, all equally likely, on one edge. The edge is drawn from all six, or,
  // with "node_first", from the inputs of a node that is drawn first; the authors' evolution does
  // this, which changes 0->1 three times as often as an edge of node 3.
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const;

  std::string Format(lode::ArchitectureView architecture) const;
  // Reads all notations of Parse() in cell.h. Throws lode::InvalidError "column N: ..." with the
  // position of the first wrong character, counted from 1; for an unknown operation the message
  // names the nearest one.
  void Parse(std::string_view text, std::span<std::uint8_t> out) const;

  // See canonical.h.
  void Canonical(lode::ArchitectureView architecture, std::span<std::uint8_t> representative) const;
  // The cell: its four nodes, and its edges in kEdgeOrder except those with `none`.
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
