#include "plugins/spaces/ofa/space.h"

#include <string>

namespace ofa {
namespace {

void SetOperation(std::size_t layer, std::size_t operation, Subnet* subnet) {
  subnet->expand[layer] = ExpandOf(operation);
  subnet->kernel[layer] = KernelOf(operation);
}

// Returns one of the `count` - 1 other values, drawn uniformly.
std::size_t Another(lode::Random random, std::size_t value, std::size_t count) {
  return (value + 1 + random.Below(count - 1)) % count;
}

std::vector<std::size_t> ActiveLayers(const Subnet& subnet) {
  std::vector<std::size_t> layers;
  layers.reserve(kLayers);
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    if (subnet.IsActive(layer)) { layers.push_back(layer); }
  }
  return layers;
}

std::string OperationName(std::size_t operation) {
  return "e" + std::to_string(ExpandOf(operation)) + "_k" + std::to_string(KernelOf(operation));
}

}  // namespace

std::vector<lode::Matrix> SubnetMatrices() {
  lode::Matrix ops{"ops", {}, {}}, depth{"depth", {}, {}};
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    ops.row_labels.push_back(LayerName(layer));
  }
  for (std::size_t o = 0; o < kOperations; ++o) { ops.column_labels.push_back(OperationName(o)); }
  for (std::size_t unit = 0; unit < kUnits; ++unit) { depth.row_labels.push_back(UnitName(unit)); }
  for (const std::uint8_t d : kDepthValues) { depth.column_labels.push_back(std::to_string(d)); }
  return {std::move(ops), std::move(depth)};
}

lode::Params<Space::Config> Space::Parameters() {
  return {
      {"width", &Config::width,
       "Multiplier of all channels: selects one of the two published supernets.",
       lode::Choices{{"1.0", "1.2"}}},
      lode::Param<Config>("resolution", &Config::resolution,
                          "Height and width of the images; the authors use 128 to 224.",
                          lode::Range{kMinResolution, kMaxResolution})
          .Unit("px"),
      {"crossover", &Config::crossover,
       "Whether a child takes a layer's kernel and expansion from its parents separately, as in "
       "the authors' search, or together, as in all runs stored before this parameter existed. "
       "Such runs of an optimizer that uses crossover (evolution, nsga2) are refused at the first "
       "trial that comes out differently; `lode run FILE --set space.crossover=together --out DIR "
       "--resume --force` continues them.",
       lode::Choices{{"separate", "together"}}},
  };
}

Space::Space(lode::Host, const Config& config)
    : ChoiceSpace(lode::DecisionsOf(SubnetMatrices())),
      crosses_separately_(config.crossover == "separate"),
      around_{std::stod(config.width), config.resolution},
      network_(config.width, config.resolution),
      cost_(CostTable(network_)) {}

std::string Space::Format(lode::ArchitectureView architecture) const {
  return ofa::Format(FromArchitecture(architecture));
}

void Space::Parse(std::string_view text, std::span<std::uint8_t> out) const {
  ToArchitecture(ofa::Parse(text, around_), out);
}

void Space::Mutate(lode::Random random, lode::ArchitectureView parent,
                   std::span<std::uint8_t> child) const {
  Subnet subnet = FromArchitecture(parent);
  const std::vector<std::size_t> layers = ActiveLayers(subnet);
  const std::size_t decision = random.Below(layers.size() + kUnits);
  if (decision < layers.size()) {
    const std::size_t layer = layers[decision];
    SetOperation(layer, Another(random, OperationOf(subnet, layer), kOperations), &subnet);
  } else {
    std::uint8_t& depth = subnet.depth[decision - layers.size()];
    depth = kDepthValues[Another(random, IndexOf(kDepthValues, depth), kDepths)];
  }
  ToArchitecture(subnet, child);
}

void Space::Crossover(lode::Random random, lode::ArchitectureView mother,
                      lode::ArchitectureView father, std::span<std::uint8_t> child) const {
  if (!crosses_separately_) { return ChoiceSpace::Crossover(random, mother, father, child); }
  Subnet subnet = FromArchitecture(mother);
  const Subnet other = FromArchitecture(father);
  const auto cross = [random](auto& values, const auto& others) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (random.Below(2) == 1) { values[i] = others[i]; }
    }
  };
  cross(subnet.kernel, other.kernel);
  cross(subnet.expand, other.expand);
  cross(subnet.depth, other.depth);
  ToArchitecture(subnet, child);
}

std::vector<lode::Architecture> Space::Neighbours(lode::ArchitectureView architecture) const {
  const Subnet subnet = FromArchitecture(architecture);
  std::vector<lode::Architecture> neighbours;
  const auto add = [&](const Subnet& changed) {
    if (changed != subnet) { ToArchitecture(changed, neighbours.emplace_back(kCells)); }
  };
  for (const std::size_t layer : ActiveLayers(subnet)) {
    Subnet changed = subnet;
    for (std::size_t o = 0; o < kOperations; ++o) {
      SetOperation(layer, o, &changed);
      add(changed);
    }
  }
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    Subnet changed = subnet;
    for (const std::uint8_t depth : kDepthValues) {
      changed.depth[unit] = depth;
      add(changed);
    }
  }
  return neighbours;
}

void Space::Canonical(lode::ArchitectureView architecture,
                      std::span<std::uint8_t> representative) const {
  Subnet subnet = FromArchitecture(architecture);
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    if (!subnet.IsActive(layer)) { SetOperation(layer, 0, &subnet); }
  }
  ToArchitecture(subnet, representative);
}

lode::Graph Space::Graph(lode::ArchitectureView architecture) const {
  const Subnet subnet = FromArchitecture(architecture);
  lode::Graph graph;
  graph.nodes.push_back(
      {"", "stem, " + std::to_string(network_.first_conv().channels) + " channels, stride 2"});
  graph.nodes.push_back(
      {"", "k3 e1, " + std::to_string(network_.first_block().out.channels) + " channels, fixed"});
  for (const std::size_t index : ActiveLayers(subnet)) {
    const InvertedResidual layer =
        network_.layer(index, subnet.expand[index], subnet.kernel[index]);
    graph.nodes.push_back(
        {UnitName(index / kLayersPerUnit),
         "k" + std::to_string(subnet.kernel[index]) + " e" + std::to_string(subnet.expand[index]) +
             ", " + std::to_string(layer.out.channels) + " channels" +
             (layer.stride == 1 ? "" : ", stride " + std::to_string(layer.stride))});
  }
  graph.nodes.push_back(
      {"", "head, " + std::to_string(network_.feature_mix().channels) + " channels"});
  for (std::size_t n = 1; n < graph.nodes.size(); ++n) { graph.edges.push_back({n - 1, n, ""}); }
  return graph;
}

std::vector<lode::Metric> Space::Metrics() const {
  return {{"params", "count", "Trained parameters of the sub-network, including batch norms.",
           LODE_MINIMIZE},
          {"macs", "count",
           "Multiply-adds of convolutions and linear layers in one forward pass for one image.",
           LODE_MINIMIZE}};
}

void Space::Measure(lode::ArchitectureView architecture, std::span<double> metrics) const {
  const Cost cost = cost_.Of(FromArchitecture(architecture));
  metrics[0] = static_cast<double>(cost.params);
  metrics[1] = static_cast<double>(cost.macs);
}

}  // namespace ofa
