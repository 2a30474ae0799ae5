#include "plugins/spaces/nb201/space.h"

#include "plugins/spaces/nb201/canonical.h"

namespace nb201 {

namespace {

NetworkShape ShapeOf(const Space::Config& config) {
  NetworkShape shape;
  if (config.dataset == "cifar100") { shape.classes = 100; }
  if (config.dataset == "imagenet16") {
    shape.classes = 120;
    shape.pixels = 16;
  }
  shape.channels = static_cast<std::uint64_t>(config.channels);
  shape.cells = static_cast<std::uint64_t>(config.cells);
  return shape;
}

}  // namespace

lode::Params<Space::Config> Space::Parameters() {
  return {
      {"dataset", &Config::dataset,
       "Data set of the metrics' network: determines its classes and image size.",
       lode::Choices{{"cifar10", "cifar100", "imagenet16"}}},
      lode::Param<Config>("channels", &Config::channels,
                          "Channels of the metrics' network in its first stage.",
                          lode::Range{1, 1024})
          .Unit("channels"),
      lode::Param<Config>("cells", &Config::cells,
                          "Cells of the metrics' network in each of its three stages.",
                          lode::Range{1, 100})
          .Unit("cells"),
      {"mutation", &Config::mutation,
       "How a mutation draws the edge that it changes: from all six, or from the inputs of a node "
       "that is drawn first, as in the benchmark authors' evolution.",
       lode::Choices{{"edge", "node_first"}}},
  };
}

Space::Space(lode::Host, const Config& config)
    : ChoiceSpace(lode::DecisionsOf({CellMatrix()})),
      dataset_(config.dataset),
      draws_node_first_(config.mutation == "node_first"),
      sizes_(ShapeOf(config)) {}

void Space::Sample(lode::Random random, std::span<std::uint8_t> out) const {
  ToArchitecture(FromIndex(static_cast<std::uint32_t>(random.Below(kArchitectures))), out);
}

void Space::Mutate(lode::Random random, lode::ArchitectureView parent,
                   std::span<std::uint8_t> child) const {
  if (!draws_node_first_) { return ChoiceSpace::Mutate(random, parent, child); }
  Cell cell = FromArchitecture(parent);
  const std::size_t node = 1 + random.Below(kNodes - 1);
  Operation& operation = cell[node * (node - 1) / 2 + random.Below(node)];
  operation = static_cast<Operation>((operation + 1 + random.Below(kOperations - 1)) % kOperations);
  ToArchitecture(cell, child);
}

std::string Space::Format(lode::ArchitectureView architecture) const {
  return nb201::Format(FromArchitecture(architecture));
}

void Space::Parse(std::string_view text, std::span<std::uint8_t> out) const {
  Cell cell{};
  ParseError error;
  if (!nb201::Parse(text, &cell, &error)) {
    throw lode::InvalidError("column " + std::to_string(error.column) + ": " + error.message);
  }
  ToArchitecture(cell, out);
}

void Space::Canonical(lode::ArchitectureView architecture,
                      std::span<std::uint8_t> representative) const {
  ToArchitecture(Representative(FromArchitecture(architecture)), representative);
}

lode::Graph Space::Graph(lode::ArchitectureView architecture) const {
  const Cell cell = FromArchitecture(architecture);
  lode::Graph graph;
  for (const char* label : {"input", "node 1", "node 2", "output"}) {
    graph.nodes.push_back({"cell", label});
  }
  for (std::size_t e = 0; e < kEdges; ++e) {
    if (cell[e] == kNone) { continue; }
    const auto [from, to] = kEdgeOrder[e];
    graph.edges.push_back({from, to, std::string(kOperationNames[cell[e]])});
  }
  return graph;
}

std::vector<lode::Metric> Space::Metrics() const {
  return {
      {"params", "count", "Parameters of the network.", LODE_MINIMIZE, LODE_SPLIT_NONE, dataset_},
      {"macs", "count",
       "Multiply-adds of one forward pass for one image, as the benchmark counts them: "
       "convolutions and the classifier with its biases.",
       LODE_MINIMIZE, LODE_SPLIT_NONE, dataset_},
  };
}

void Space::Measure(lode::ArchitectureView architecture, std::span<double> metrics) const {
  const NetworkSize size = sizes_.Of(FromArchitecture(architecture));
  metrics[0] = static_cast<double>(size.params);
  metrics[1] = static_cast<double>(size.macs);
}

}  // namespace nb201
