// The search space "ofa": two matrices, "ops" of 20 layers x 9 operations and "depth" of 5 units x
// 3 depths (the OFA space of the L2NAS paper, section 4.3; supernet and networks: subnet.h).
#pragma once

#include <lode/choices.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/spaces/ofa/cost.h"
#include "plugins/spaces/ofa/layer_sum.h"
#include "plugins/spaces/ofa/subnet.h"
#include "plugins/spaces/ofa/subnet_text.h"

namespace ofa {

// Rows of "ops" are the layers ("unit 1 layer 1"), columns the operations ("e3_k3", "e3_k5", ...);
// rows of "depth" are the units, columns the depths.
std::vector<lode::Matrix> SubnetMatrices();

// A value for each row, chosen independently, including inactive layers: actions are discretized by
// algorithm 1 of the L2NAS paper, and resample redraws each row, which is the mutation of the
// Once-for-All authors' evolution.
//
// An architecture also has values for inactive layers: the 9^20 * 3^5 = 10^21.47 architectures are
// (9^2 + 9^3 + 9^4)^5 = 10^19.34 networks.
class Space : public lode::ChoiceSpace {
 public:
  struct Config {
    std::string width = "1.0";
    std::int64_t resolution = 224;
    std::string crossover = "separate";
  };
  static lode::Params<Config> Parameters();

  Space(lode::Host, const Config& config);

  // See subnet_text.h; Parse throws lode::InvalidError "column N: ...".
  std::string Format(lode::ArchitectureView architecture) const;
  void Parse(std::string_view text, std::span<std::uint8_t> out) const;

  // Gives one decision, drawn uniformly from the active layers and the units, another value, drawn
  // uniformly. Changing an inactive layer would give the same network; the new layers of a unit
  // that grows keep the values they have.
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const;
  // Each layer's kernel, each layer's expansion and each unit's depth is the mother's or the
  // father's with probability 1/2 each, as in the Once-for-All authors' search; if crossover is
  // "together", a layer's kernel and expansion come from the same parent.
  void Crossover(lode::Random random, lode::ArchitectureView mother, lode::ArchitectureView father,
                 std::span<std::uint8_t> child) const;
  // Returns the architectures that differ in one active layer, sorted by layer and operation, then
  // those that differ in one depth, sorted by unit and depth.
  std::vector<lode::Architecture> Neighbours(lode::ArchitectureView architecture) const;
  // Gives inactive layers the first operation: architectures have the same representative if and
  // only if they are the same network.
  void Canonical(lode::ArchitectureView architecture, std::span<std::uint8_t> representative) const;

  // The chain of active layers between stem and head: "k5 e6, 40 channels, stride 2".
  lode::Graph Graph(lode::ArchitectureView architecture) const;

  // Parameters, and multiply-adds of one image, at the configured width and resolution; see Cost.
  std::vector<lode::Metric> Metrics() const;
  void Measure(lode::ArchitectureView architecture, std::span<double> metrics) const;

 private:
  bool crosses_separately_;
  Surroundings around_;
  Network network_;
  LayerSum<Cost> cost_;
};

}  // namespace ofa
