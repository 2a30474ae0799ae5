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
  std::uint64_t id = 0;             // 1, 2, ...: a new one whenever the oracles are asked
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

  // What is known of one architecture lies in a slot.
  Evaluation Known(std::size_t slot) const;
  Evaluation Ask(std::uint64_t step, std::size_t slot, ArchitectureView architecture);
  std::string AskOracles(std::uint64_t seed, ArchitectureView architecture,
                         std::span<double> metrics);
  void AddSlot();
  bool MustAsk(std::size_t slot) const { return noisy_ || failures_.contains(slot); }
  std::span<double> MetricsOf(std::size_t slot);

  Components& components_;
  RandomStream random_;
  bool by_canonical_;
  bool noisy_;
  std::unordered_map<Key, std::size_t> by_architecture_;
  std::unordered_map<Key, std::size_t> by_representative_;
  std::vector<std::uint64_t> ids_;  // by slot: of its last evaluation
  std::vector<double> metrics_;     // by slot: metric_count values
  std::unordered_map<std::size_t, std::string> failures_;
  std::uint64_t last_id_ = 0;
  std::uint64_t unique_queries_ = 0;
};

}  // namespace lode::core
