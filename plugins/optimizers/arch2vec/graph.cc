#include "plugins/optimizers/arch2vec/graph.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "plugins/optimizers/arch2vec/readings.h"

namespace arch2vec {
namespace {

// Returns the numbers of the parts that differ between examples; of all parts, if none does.
std::vector<std::size_t> VaryingParts(std::span<const std::vector<LabeledGraph>> examples) {
  std::vector<std::size_t> parts;
  for (std::size_t part = 0; part < examples.front().size(); ++part) {
    const auto differs = [&](const auto& graphs) { return graphs[part] != examples.front()[part]; };
    if (std::ranges::any_of(examples, differs)) { parts.push_back(part); }
  }
  if (parts.empty()) {
    parts.resize(examples.front().size());
    std::iota(parts.begin(), parts.end(), std::size_t{0});
  }
  return parts;
}

}  // namespace

GraphReader::GraphReader(const lode::Space& space, std::span<const lode::Architecture> examples)
    : reading_(ReadingFor(space, examples)) {
  std::vector<std::vector<LabeledGraph>> graphs;
  for (const lode::Architecture& example : examples) { graphs.push_back(reading_->Read(example)); }
  parts_ = VaryingParts(graphs);
  std::set<std::string> names;
  for (const auto& parts : graphs) {
    for (const std::size_t p : parts_) {
      names.insert(parts[p].labels.begin(), parts[p].labels.end());
    }
  }
  for (const std::string& name : names) {
    numbers_.emplace(name, static_cast<std::uint32_t>(numbers_.size()));
  }
}

std::vector<NodeGraph> GraphReader::Read(lode::ArchitectureView architecture) const {
  std::vector<LabeledGraph> read = reading_->Read(architecture);
  const auto unknown = static_cast<std::uint32_t>(operations());
  std::vector<NodeGraph> parts;
  for (const std::size_t p : parts_) {
    NodeGraph& part = parts.emplace_back(NodeGraph{{}, std::move(read[p].arcs)});
    for (const std::string& label : read[p].labels) {
      const auto at = numbers_.find(label);
      part.operations.push_back(at == numbers_.end() ? unknown : at->second);
    }
  }
  return parts;
}

}  // namespace arch2vec
