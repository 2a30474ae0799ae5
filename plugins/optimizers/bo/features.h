// Architectures as rows of small numbers, between which the kernel measures distances.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plugins/optimizers/bo/byte_distance.h"
#include "toolkit/encodings/graph_paths.h"

namespace bo {

using lode::encodings::GraphCounts;
using lode::encodings::GraphReader;

// A part of each row, with a distance and a length scale of its own.
struct FeatureGroup {
  std::string name;
  std::size_t begin = 0;  // its bytes in a row: multiples of kLane
  std::size_t size = 0;
  double typical_length = 8;  // the median of the length scale's prior
};

// An architecture's features.
struct Row {
  std::vector<std::uint8_t> counts;  // of all groups
  // A unit vector, or empty: the direction of the features in which values may have a trend.
  std::vector<double> trend;

  bool operator==(const Row&) const = default;
};

// What all rows of a space have.
struct Layout {
  std::vector<FeatureGroup> groups;
  std::size_t size = 0;   // of counts
  std::size_t trend = 0;  // size of the trend
};

// L1 distance of two rows in one group.
std::size_t Distance(const FeatureGroup& group, const Row& a, const Row& b);

// Turns architectures of one space into rows. The groups are
//
//   decisions  the cells of the matrices
//   paths      how often each sequence of operations occurs along a path from input to output: a
//              number for each of the sequences in the examples if these are at most kFewSequences,
//              else for each of kBuckets hash values; without it where the space gives no graph, an
//              example has more than GraphReader::kMostPaths paths, or none has more than one
//   graph      how often each operation occurs, and for each output the length of the longest path
//              to it and the number of paths (from 16 on, its logarithm); where there is a graph
//   metrics    what the space computes, in eighths of its standard deviation over the examples, of
//              logarithms if all are positive
//
// and the trend is the direction of the vector of 1 and of the numbers of the groups graph and
// metrics, each in units of its standard deviation and divided by the root of half their number.
//
// after White et al., A Study on Encodings for Neural Architecture Search, NeurIPS 2020, for paths,
// and Ru et al., Interpretable NAS via Bayesian Optimisation with Weisfeiler-Lehman Kernels, ICLR
// 2021, for the use of graphs. Everything is learned from architectures that Bind draws.
class FeatureExtractor {
 public:
  static constexpr std::size_t kExamples = 512;
  static constexpr std::size_t kFewSequences = 64;
  static constexpr std::size_t kBuckets = 256;

  FeatureExtractor(lode::Space space, lode::Random random);

  const Layout& layout() const { return layout_; }
  Row Extract(lode::ArchitectureView architecture) const;

 private:
  // The places of what is counted.
  using Places = std::unordered_map<std::uint64_t, std::size_t>;
  struct Scale {
    bool logarithmic;
    double mean, deviation;
  };

  void AddGroup(std::string name, std::size_t size, double typical_length);
  void LearnGraphs(std::span<const lode::Architecture> examples);
  void LearnMetrics(std::span<const lode::Architecture> examples);
  void LearnTrend(std::span<const lode::Architecture> examples);
  std::vector<std::uint8_t> Count(lode::ArchitectureView architecture) const;
  std::vector<double> TrendOf(std::span<const std::uint8_t> counts) const;
  void PutPaths(const GraphCounts& counts, std::uint8_t* row) const;
  void PutCounts(const GraphCounts& counts, std::uint8_t* row) const;
  void PutMetrics(lode::ArchitectureView architecture, std::uint8_t* row) const;
  std::vector<double> Measure(lode::ArchitectureView architecture) const;

  lode::Space space_;
  std::optional<GraphReader> reader_;
  bool has_paths_ = false;
  Places sequences_;   // empty: hashed
  Places operations_;  // of operations and outputs
  std::vector<Scale> scales_;
  std::size_t paths_ = 0, counts_ = 0, metrics_ = 0;  // where the groups begin in a row
  Layout layout_;
  struct Column {
    std::size_t at;  // in the counts
    double mean, deviation;
  };
  std::vector<Column> columns_;  // of the trend
};

// The rows of architectures that were asked for lately: candidates come back from proposal to
// proposal, and drawing a graph takes longer than finding a row.
class FeatureCache {
 public:
  explicit FeatureCache(FeatureExtractor extractor) : extractor_(std::move(extractor)) {}

  const FeatureExtractor& extractor() const { return extractor_; }
  // The result is valid until the next Trim.
  const Row& Of(lode::ArchitectureView architecture);
  // Forgets all rows if there are more than kMost.
  void Trim();

 private:
  static constexpr std::size_t kMost = 16384;

  FeatureExtractor extractor_;
  std::unordered_map<std::string, Row> rows_;
};

}  // namespace bo
