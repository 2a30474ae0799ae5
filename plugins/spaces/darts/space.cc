#include "plugins/spaces/darts/space.h"

#include <cmath>
#include <utility>

#include "plugins/spaces/darts/canonical.h"
#include "plugins/spaces/darts/text.h"

namespace darts {
namespace {

// ---- discretize

struct Entry {
  std::size_t row, column;
};

// Returns the largest entry of the node's rows in its matrix, except for those of row `excluded`.
Entry LargestEntry(lode::ActionView matrix, std::size_t node, std::size_t excluded) {
  const std::size_t begin = FirstRowOf(node), end = begin + InputsOf(node);
  Entry largest{excluded == begin ? begin + 1 : begin, 0};
  float value = matrix[largest.row * kOperations];
  for (std::size_t row = largest.row; row < end; ++row) {
    if (row == excluded) { continue; }
    for (std::size_t column = 0; column < kOperations; ++column) {
      const float entry = matrix[row * kOperations + column];
      if (!(entry > value)) { continue; }
      largest = {row, column};
      value = entry;
    }
  }
  return largest;
}

void DiscretizeMatrix(lode::ActionView matrix, std::span<std::uint8_t> out) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    const Entry first = LargestEntry(matrix, node, kRows);
    const Entry second = LargestEntry(matrix, node, first.row);
    out[first.row * kOperations + first.column] = 1;
    out[second.row * kOperations + second.column] = 1;
  }
}

// ---- neighbors

constexpr std::size_t kOtherOperations = kOperations - 1;

// The number of ways to change one edge of the node: other operations, then other inputs.
constexpr std::size_t EdgeChanges(std::size_t node) {
  return kOtherOperations + InputsOf(node) - kNodeEdges;
}

constexpr std::size_t CellChanges() {
  std::size_t sum = 0;
  for (std::size_t node = 0; node < kNodes; ++node) { sum += kNodeEdges * EdgeChanges(node); }
  return sum;
}
constexpr std::size_t kChanges = kMatrices * CellChanges();

// Returns the `number`th input, from 0, of those the node does not use.
std::uint8_t FreeInput(const Node& node, std::size_t number) {
  auto input = static_cast<std::uint8_t>(number);
  for (const Edge& edge : node) {
    if (input >= edge.input) { ++input; }
  }
  return input;
}

void ChangeEdge(Node* node, std::size_t edge, std::size_t change) {
  Edge& changed = (*node)[edge];
  if (change < kOtherOperations) {
    changed.operation = static_cast<Operation>(change + (change >= changed.operation));
  } else {
    changed.input = FreeInput(*node, change - kOtherOperations);
    if ((*node)[1].input < (*node)[0].input) { std::swap((*node)[0], (*node)[1]); }
  }
}

// Returns the genotype after change `number` of 0 .. kChanges - 1.
Genotype Changed(Genotype genotype, std::size_t number) {
  Cell& cell = genotype[number / CellChanges()];
  number %= CellChanges();
  std::size_t node = 0;
  while (number >= kNodeEdges * EdgeChanges(node)) { number -= kNodeEdges * EdgeChanges(node++); }
  ChangeEdge(&cell[node], number / EdgeChanges(node), number % EdgeChanges(node));
  return genotype;
}

// ---- resample

// Decides for each decision whether it is redrawn.
class Redraw {
 public:
  Redraw(lode::Random random, double probability) : random_(random), probability_(probability) {}

  void Draw(Cell* cell) const {
    for (std::size_t node = 0; node < kNodes; ++node) { Draw(node, &(*cell)[node]); }
  }

 private:
  void Draw(std::size_t node, Node* edges) const {
    if (IsHit()) {
      const InputPair inputs = kInputPairs[random_.Below(PairsOf(node))];
      (*edges)[0].input = inputs.first;
      (*edges)[1].input = inputs.second;
    }
    for (Edge& edge : *edges) {
      if (IsHit()) { edge.operation = static_cast<Operation>(random_.Below(kOperations)); }
    }
  }
  bool IsHit() const { return random_.Uniform() < probability_; }

  lode::Random random_;
  double probability_;
};

// ---- graph

void AddCell(std::string_view group, const Cell& cell, lode::Graph* graph) {
  const std::size_t first = graph->nodes.size();
  const std::size_t output = first + kCellInputs + kNodes;
  for (const char* label : {"c_{k-2}", "c_{k-1}", "0", "1", "2", "3", "c_{k}"}) {
    graph->nodes.push_back({std::string(group), label});
  }
  for (std::size_t node = 0; node < kNodes; ++node) {
    const std::size_t at = first + kCellInputs + node;
    for (const Edge& edge : cell[node]) {
      graph->edges.push_back(
          {first + edge.input, at, std::string(kOperationNames[edge.operation])});
    }
    graph->edges.push_back({at, output, ""});
  }
}

}  // namespace

lode::Params<Space::Config> Space::Parameters() {
  return {{"network", &Config::network,
           "Which of the two published evaluation networks params and macs describe.",
           lode::Choices{{"cifar", "imagenet"}}},
          {"cells", &Config::cells, "Number of cells of the network.", lode::Range{1, 100}},
          {"channels", &Config::channels,
           "Channels of the first cell's operations; they double at each reduction cell.",
           lode::Range{1, 1024}},
          {"classes", &Config::classes, "Outputs of the network.", lode::Range{1, 100000}},
          lode::Param<Config>("image_size", &Config::image_size,
                              "Height and width of the network's input.", lode::Range{1, 1024})
              .Unit("px"),
          {"auxiliary", &Config::auxiliary,
           "Whether params counts the auxiliary head, which exists only in training; macs never "
           "does."}};
}

lode::Presets Space::Presets() {
  const auto settings = [](const char* network, std::int64_t cells, std::int64_t channels,
                           std::int64_t classes, std::int64_t image_size) {
    return decltype(lode::Preset::settings){{"network", network},
                                            {"cells", cells},
                                            {"channels", channels},
                                            {"classes", classes},
                                            {"image_size", image_size}};
  };
  return {
      {"cifar10", "The published network for CIFAR-10.", settings("cifar", 20, 36, 10, 32)},
      {"cifar100", "The published network for CIFAR-100.", settings("cifar", 20, 36, 100, 32)},
      {"imagenet", "The published network for ImageNet.", settings("imagenet", 14, 48, 1000, 224)}};
}

std::vector<lode::Matrix> Space::Matrices() const { return darts::Matrices(); }

double Space::Log10Size() const { return kMatrices * lode::math::Log10(kCellCount); }

void Space::Discretize(lode::ActionView action, std::span<std::uint8_t> out) const {
  for (const CellKind kind : {kNormal, kReduce}) {
    DiscretizeMatrix(action.subspan(kind * kMatrixCells, kMatrixCells),
                     out.subspan(kind * kMatrixCells, kMatrixCells));
  }
}

void Space::Sample(lode::Random random, std::span<std::uint8_t> out) const {
  Genotype genotype{};
  for (Cell& cell : genotype) {
    cell = CellFromIndex(static_cast<std::uint32_t>(random.Below(kCellCount)));
  }
  ToArchitecture(genotype, out);
}

std::string Space::Format(lode::ArchitectureView architecture) const {
  return darts::Format(FromArchitecture(architecture));
}

void Space::Parse(std::string_view text, std::span<std::uint8_t> out) const {
  ToArchitecture(darts::Parse(text), out);
}

void Space::Mutate(lode::Random random, lode::ArchitectureView parent,
                   std::span<std::uint8_t> child) const {
  ToArchitecture(Changed(FromArchitecture(parent), random.Below(kChanges)), child);
}

void Space::Crossover(lode::Random random, lode::ArchitectureView mother,
                      lode::ArchitectureView father, std::span<std::uint8_t> child) const {
  Genotype genotype = FromArchitecture(mother);
  const Genotype other = FromArchitecture(father);
  for (const CellKind kind : {kNormal, kReduce}) {
    for (std::size_t node = 0; node < kNodes; ++node) {
      if (random.Below(2) == 1) { genotype[kind][node] = other[kind][node]; }
    }
  }
  ToArchitecture(genotype, child);
}

std::vector<lode::Architecture> Space::Neighbours(lode::ArchitectureView architecture) const {
  const Genotype genotype = FromArchitecture(architecture);
  std::vector<lode::Architecture> neighbours(kChanges, lode::Architecture(kCells));
  for (std::size_t n = 0; n < kChanges; ++n) {
    ToArchitecture(Changed(genotype, n), neighbours[n]);
  }
  return neighbours;
}

void Space::Canonical(lode::ArchitectureView architecture,
                      std::span<std::uint8_t> representative) const {
  Genotype genotype = FromArchitecture(architecture);
  for (Cell& cell : genotype) { cell = Representative(cell); }
  ToArchitecture(genotype, representative);
}

void Space::Resample(lode::Random random, double probability, lode::ArchitectureView parent,
                     std::span<std::uint8_t> child) const {
  Genotype genotype = FromArchitecture(parent);
  const Redraw redraw(random, probability);
  for (Cell& cell : genotype) { redraw.Draw(&cell); }
  ToArchitecture(genotype, child);
}

lode::Graph Space::Graph(lode::ArchitectureView architecture) const {
  const Genotype genotype = FromArchitecture(architecture);
  lode::Graph graph;
  for (const CellKind kind : {kNormal, kReduce}) {
    AddCell(kCellNames[kind], genotype[kind], &graph);
  }
  return graph;
}

std::vector<lode::Metric> Space::Metrics() const {
  return {{"params", "count", "Parameters of the evaluation network, computed by formula.",
           LODE_MINIMIZE, LODE_SPLIT_NONE},
          {"macs", "count",
           "Multiply-adds of the evaluation network's convolutions and linear layer for one image, "
           "computed by formula.",
           LODE_MINIMIZE, LODE_SPLIT_NONE},
          {"all_operations", "count",
           "The number printed in papers on DARTS: macs, plus the operations of batch norms (2 per "
           "value), ReLUs and pools (1 per value), computed by formula.",
           LODE_MINIMIZE, LODE_SPLIT_NONE}};
}

void Space::Measure(lode::ArchitectureView architecture, std::span<double> metrics) const {
  const Cost cost = costs_.Of(FromArchitecture(architecture));
  metrics[0] = static_cast<double>(cost.parameters);
  metrics[1] = static_cast<double>(cost.macs);
  metrics[2] = static_cast<double>(cost.all_operations());
}

}  // namespace darts
