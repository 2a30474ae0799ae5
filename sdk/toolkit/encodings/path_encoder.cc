#include "toolkit/encodings/path_encoder.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lode::encodings {
namespace {

std::vector<Graph> GraphsOf(const Space& space, std::span<const Architecture> examples) {
  std::vector<Graph> graphs;
  for (const Architecture& a : examples) { graphs.push_back(space.Graph(a)); }
  return graphs;
}

// How many examples have each sequence, in the order in which they first occur.
class Occurrences {
 public:
  struct Count {
    std::uint64_t sequence;
    std::size_t examples;
  };

  void Add(std::vector<std::uint64_t> paths) {
    has_branches_ = has_branches_ || paths.size() > 1;
    std::ranges::sort(paths);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    for (const std::uint64_t sequence : paths) {
      const auto [place, added] = places_.try_emplace(sequence, counts_.size());
      if (added) { counts_.push_back({sequence, 0}); }
      ++counts_[place->second].examples;
    }
  }

  // Whether any example has more than one path.
  bool has_branches() const { return has_branches_; }

  // Of sequences that are equally frequent, the one that occurred first comes first.
  std::vector<Count> MostFrequentFirst() const {
    std::vector<Count> sorted = counts_;
    std::ranges::stable_sort(sorted, std::greater<>(), &Count::examples);
    return sorted;
  }

 private:
  std::vector<Count> counts_;
  std::unordered_map<std::uint64_t, std::size_t> places_;  // in counts_
  bool has_branches_ = false;
};

}  // namespace

PathEncoder::PathEncoder(Space space, std::span<const Architecture> examples,
                         std::size_t most_paths)
    : space_(std::move(space)) {
  if (!space_.HasGraph()) { return; }
  const std::vector<Graph> graphs = GraphsOf(space_, examples);
  reader_.emplace(graphs);
  Occurrences occurrences;
  for (const Graph& graph : graphs) { occurrences.Add(reader_->Read(graph).paths); }
  if (!occurrences.has_branches()) { return; }
  for (const auto& [sequence, count] : occurrences.MostFrequentFirst()) {
    if (places_.size() == most_paths || count < kLeast) { break; }
    places_.emplace(sequence, places_.size());
  }
}

void PathEncoder::Encode(ArchitectureView architecture, std::span<float> out) const {
  std::ranges::fill(out, 0.0f);
  if (places_.empty()) { return; }
  for (const std::uint64_t sequence : reader_->Read(space_.Graph(architecture)).paths) {
    const auto place = places_.find(sequence);
    if (place != places_.end()) { out[place->second] = 1; }
  }
}

}  // namespace lode::encodings
