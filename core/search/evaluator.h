// Measures architectures and remembers the results.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/plugin/random.h"
#include "core/search/components.h"

namespace lode::core {

struct Evaluation {
  std::uint64_t id = 0;             // 1, 2, ... in the order they were first known
  bool reused = false;              // known before: the oracles were not asked
  std::span<const double> metrics;  // valid until the next call; empty if it failed
  std::string_view failure;         // why it failed, or ""; valid until the next call
};

// A result is reused for the same architecture, and for the same canonical architecture if all
// oracles declare that their metrics depend on nothing else. Failed and noisy evaluations are made
// again. Memory grows with the number of distinct architectures only.
class Evaluator {
 public:
  Evaluator(Components& components, std::uint64_t seed);

  // The metrics of an architecture of the space. Throws CancelledError.
  Evaluation Evaluate(std::uint64_t step, ArchitectureView architecture);

  // Distinct networks that the oracles were asked about.
  std::uint64_t unique_queries() const { return unique_queries_; }

 private:
  using Key = std::string;  // the architecture's bits, packed
  static Key KeyOf(ArchitectureView architecture);

  Evaluation Known(std::uint64_t id) const;
  Evaluation Ask(std::uint64_t step, std::uint64_t id, ArchitectureView architecture);
  std::string AskOracles(std::uint64_t seed, ArchitectureView architecture,
                         std::span<double> metrics);
  std::uint64_t NewId();
  std::span<double> MetricsOf(std::uint64_t id);

  Components& components_;
  RandomStream random_;
  bool by_canonical_;
  bool noisy_;
  std::unordered_map<Key, std::uint64_t> by_architecture_;
  std::unordered_map<Key, std::uint64_t> by_representative_;
  std::vector<double> metrics_;  // metric_count values for each id
  std::unordered_map<std::uint64_t, std::string> failures_;
  std::uint64_t unique_queries_ = 0;
};

}  // namespace lode::core
