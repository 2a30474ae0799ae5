// The results of a run so far, by architecture and by network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lode/plugin.hpp"

namespace lode::core {

// Identifies an architecture, or a network, at a fidelity.
using ResultKey = std::string;

// Packs the bits of an architecture. Keys of different fidelities differ.
ResultKey KeyOf(ArchitectureView architecture, double fidelity);

// The last result of each architecture, in a slot of its own, and the networks that oracles
// rejected. Memory grows only with the number of distinct architectures.
class KnownResults {
 public:
  // A result has `width` metrics.
  explicit KnownResults(std::size_t width) : width_(width) {}

  // Return the slot of an architecture, or of some architecture of a network.
  std::optional<std::size_t> OfArchitecture(const ResultKey& key) const;
  std::optional<std::size_t> OfNetwork(const ResultKey& network) const;

  // Store the result of an evaluation of an architecture.
  struct Kept {
    std::size_t slot;
    bool is_new;  // the architecture had no result
  };
  Kept Keep(const ResultKey& key, std::uint64_t evaluation, std::span<const double> metrics);
  Kept KeepFailure(const ResultKey& key, std::uint64_t evaluation, std::string reason);

  // Stores what is known about another architecture of the same network. A failure of this one is
  // remembered: its next evaluation gets a number of its own, as in stored runs.
  std::size_t KeepCopy(const ResultKey& key, std::uint64_t evaluation,
                       std::span<const double> metrics);

  // Makes a slot the result of a network.
  void Share(const ResultKey& network, std::size_t slot) {
    by_network_.insert_or_assign(network, slot);
  }

  void Reject(ResultKey network) { rejected_.insert(std::move(network)); }
  bool IsRejected(const ResultKey& network) const { return rejected_.contains(network); }

  bool HasFailed(std::size_t slot) const { return failures_.contains(slot); }
  // Returns why the last evaluation failed, or "".
  const std::string& FailureOf(std::size_t slot) const;
  std::uint64_t EvaluationOf(std::size_t slot) const { return evaluations_[slot]; }
  // Valid until the next result is kept.
  std::span<const double> MetricsOf(std::size_t slot) const {
    return std::span(metrics_).subspan(slot * width_, width_);
  }

 private:
  Kept SlotOf(const ResultKey& key, std::uint64_t evaluation);
  void Place(std::size_t slot, std::span<const double> metrics);

  const std::size_t width_;
  std::unordered_map<ResultKey, std::size_t> by_architecture_, by_network_;
  std::vector<std::uint64_t> evaluations_;  // by slot
  std::vector<double> metrics_;             // by slot: width_ values
  std::unordered_map<std::size_t, std::string> failures_;
  std::unordered_set<ResultKey> rejected_;  // networks
};

}  // namespace lode::core
