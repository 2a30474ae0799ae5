#include "plugins/optimizers/bo/features.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plugins/optimizers/bo/byte_distance.h"

namespace bo {
namespace {

void Increment(std::uint8_t& count) {
  if (count < 255) { ++count; }
}

std::uint8_t ToByte(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::round(value), 0.0, 255.0));
}

// Equal up to 16, then 16 more for each factor of e.
double Compress(double count) {
  return count <= 16 ? count : 16 * lode::math::Log(count / 16) + 16;
}

std::vector<lode::Architecture> Draw(const lode::Space& space, lode::Random random) {
  std::vector<lode::Architecture> list;
  for (std::size_t i = 0; i < FeatureExtractor::kExamples; ++i) {
    list.push_back(space.Sample(random));
  }
  return list;
}

}  // namespace

std::size_t Distance(const FeatureGroup& group, const Row& a, const Row& b) {
  return DistanceOfBytes(a.counts.data() + group.begin, b.counts.data() + group.begin, group.size);
}

FeatureExtractor::FeatureExtractor(lode::Space space, lode::Random random)
    : space_(std::move(space)) {
  AddGroup("decisions", space_.cells(), 8);
  const std::vector<lode::Architecture> examples = Draw(space_, random);
  if (space_.HasGraph()) { LearnGraphs(examples); }
  if (!space_.metrics().empty()) { LearnMetrics(examples); }
  LearnTrend(examples);
}

void FeatureExtractor::AddGroup(std::string name, std::size_t size, double typical_length) {
  const std::size_t padded = (size + kLane - 1) / kLane * kLane;
  layout_.groups.push_back({std::move(name), layout_.size, padded, typical_length});
  layout_.size += padded;
}

void FeatureExtractor::LearnGraphs(std::span<const lode::Architecture> examples) {
  std::vector<lode::Graph> graphs;
  for (const lode::Architecture& a : examples) { graphs.push_back(space_.Graph(a)); }
  reader_.emplace(graphs);
  bool branches = false, too_many = false;
  for (const lode::Graph& graph : graphs) {
    const GraphCounts counts = reader_->Read(graph);
    for (const std::uint64_t s : counts.paths) { sequences_.try_emplace(s, sequences_.size()); }
    for (const std::uint64_t o : counts.operations) {
      operations_.try_emplace(o, operations_.size());
    }
    for (const GraphCounts::Output& output : counts.outputs) {
      branches = branches || output.paths > 1;
      too_many = too_many || output.paths > static_cast<double>(GraphReader::kMostPaths);
      if (operations_.try_emplace(output.node, operations_.size()).second) {
        operations_.try_emplace(~output.node, operations_.size());
      }
    }
  }
  has_paths_ = branches && !too_many;
  if (sequences_.size() > kFewSequences) { sequences_.clear(); }
  if (has_paths_) {
    paths_ = layout_.size;
    AddGroup("paths", sequences_.empty() ? kBuckets : kFewSequences, 8);
  }
  counts_ = layout_.size;
  AddGroup("graph", operations_.size(), 12);
}

void FeatureExtractor::LearnMetrics(std::span<const lode::Architecture> examples) {
  std::vector<std::vector<double>> rows;
  for (const lode::Architecture& a : examples) { rows.push_back(Measure(a)); }
  const auto count = static_cast<double>(rows.size());
  for (std::size_t m = 0; m < space_.metrics().size(); ++m) {
    const bool positive = std::ranges::all_of(rows, [&](const auto& row) { return row[m] > 0; });
    double sum = 0, squares = 0;
    for (std::vector<double>& row : rows) {
      if (positive) { row[m] = lode::math::Log(row[m]); }
      sum += row[m];
    }
    for (const auto& row : rows) { squares += (row[m] - sum / count) * (row[m] - sum / count); }
    scales_.push_back({positive, sum / count, std::sqrt(squares / count)});
  }
  metrics_ = layout_.size;
  AddGroup("metrics", scales_.size(), 16);
}

void FeatureExtractor::LearnTrend(std::span<const lode::Architecture> examples) {
  std::vector<double> sums(layout_.size, 0), squares(layout_.size, 0);
  for (const lode::Architecture& a : examples) {
    const std::vector<std::uint8_t> counts = Count(a);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sums[i] += counts[i];
      squares[i] += counts[i] * counts[i];
    }
  }
  const auto count = static_cast<double>(examples.size());
  const std::size_t first = reader_ ? counts_ : scales_.empty() ? layout_.size : metrics_;
  for (std::size_t i = first; i < layout_.size; ++i) {
    const double mean = sums[i] / count, variance = squares[i] / count - mean * mean;
    if (variance > 1e-6) { columns_.push_back({i, mean, std::sqrt(variance)}); }
  }
  layout_.trend = columns_.empty() ? 0 : columns_.size() + 1;
}

std::vector<double> FeatureExtractor::Measure(lode::ArchitectureView architecture) const {
  std::vector<double> values(space_.metrics().size());
  space_.Measure(architecture, values);
  return values;
}

Row FeatureExtractor::Extract(lode::ArchitectureView architecture) const {
  Row row{Count(architecture), {}};
  row.trend = TrendOf(row.counts);
  return row;
}

std::vector<std::uint8_t> FeatureExtractor::Count(lode::ArchitectureView architecture) const {
  std::vector<std::uint8_t> row(layout_.size, 0);
  std::ranges::copy(architecture, row.begin());
  if (reader_) {
    const GraphCounts counts = reader_->Read(space_.Graph(architecture));
    if (has_paths_) { PutPaths(counts, &row[paths_]); }
    PutCounts(counts, &row[counts_]);
  }
  if (!scales_.empty()) { PutMetrics(architecture, &row[metrics_]); }
  return row;
}

std::vector<double> FeatureExtractor::TrendOf(std::span<const std::uint8_t> counts) const {
  if (columns_.empty()) { return {}; }
  const double unit = std::sqrt(static_cast<double>(columns_.size()) / 2);
  std::vector<double> trend = {1};
  for (const auto& [at, mean, deviation] : columns_) {
    trend.push_back((counts[at] - mean) / deviation / unit);
  }
  double squares = 0;
  for (const double t : trend) { squares += t * t; }
  for (double& t : trend) { t /= std::sqrt(squares); }
  return trend;
}

void FeatureExtractor::PutPaths(const GraphCounts& counts, std::uint8_t* row) const {
  for (const std::uint64_t sequence : counts.paths) {
    const auto known = sequences_.find(sequence);
    const std::size_t hashed = sequence % (sequences_.empty() ? kBuckets : kFewSequences);
    Increment(row[known != sequences_.end() ? known->second : hashed]);
  }
}

void FeatureExtractor::PutCounts(const GraphCounts& counts, std::uint8_t* row) const {
  for (const std::uint64_t operation : counts.operations) {
    const auto known = operations_.find(operation);
    if (known != operations_.end()) { Increment(row[known->second]); }
  }
  for (const GraphCounts::Output& output : counts.outputs) {
    const auto known = operations_.find(output.node);
    if (known == operations_.end()) { continue; }
    row[known->second] = ToByte(static_cast<double>(output.longest));
    row[operations_.find(~output.node)->second] = ToByte(Compress(output.paths));
  }
}

void FeatureExtractor::PutMetrics(lode::ArchitectureView architecture, std::uint8_t* row) const {
  const std::vector<double> values = Measure(architecture);
  for (std::size_t m = 0; m < values.size(); ++m) {
    const auto& [logarithmic, mean, deviation] = scales_[m];
    const double value = logarithmic ? lode::math::Log(values[m]) : values[m];
    if (deviation > 0 && !std::isnan(value)) {
      row[m] = ToByte(128 + 8 * (value - mean) / deviation);
    }
  }
}

const Row& FeatureCache::Of(lode::ArchitectureView architecture) {
  const auto [at, added] = rows_.try_emplace(std::string(architecture.begin(), architecture.end()));
  if (added) { at->second = extractor_.Extract(architecture); }
  return at->second;
}

void FeatureCache::Trim() {
  if (rows_.size() > kMost) { rows_.clear(); }
}

}  // namespace bo
