// Measures architectures and remembers the results.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/plugin/random.h"
#include "core/search/executor.h"
#include "core/search/oracles.h"
#include "core/search/trial.h"

namespace lode::core {

struct Evaluation {
  std::uint64_t id = 0;             // 1, 2, ...: in the order of asking
  bool reused = false;              // known before: the oracles were not asked
  std::span<const double> metrics;  // valid until the next call; empty if it failed
  std::string_view failure;         // why it failed, or ""; valid until the next call
  bool rejected = false;            // broke a limit, maybe before all was measured; nothing else
                                    // is set
  bool is_new_query = false;        // the first that was asked about its network
  double cost_seconds = 0;          // simulated; 0 if it was reused
};

// A result is reused for the same architecture, and for the same canonical architecture if all
// oracles that measure declare that their metrics depend on nothing else. Failed and noisy
// evaluations are made again. Memory grows with the number of distinct architectures only.
//
// Free oracles are asked first and here. What the others are asked goes to the executor, and several
// evaluations may be under way; then an architecture that an earlier step has asked about waits for
// that answer. What comes out depends on the order of the calls and not on when answers come.
class Evaluator {
 public:
  using Key = std::string;  // an architecture's bits, packed

  // An evaluation under way.
  struct Ticket {
    std::uint64_t step, attempt;
    Architecture architecture;
    std::string text;
    Key key, network{};
    enum class State { kNew, kKnown, kFailed, kRejected, kAsked, kWaits } state = State::kNew;
    std::uint64_t id = 0;       // unless it is known, rejected or waits
    bool is_new_query = false;  // kAsked: nobody asked about its network before
    std::size_t slot = 0;       // kKnown: where
    std::string failure{};      // kFailed: why
    std::vector<double> row{};  // all metrics; those of free oracles are set
    Records records{};          // what free oracles noted
  };

  // Whatever was measured or computed, as soon as it is.
  using Listener = std::function<void(const EvaluationRecord&)>;

  // `executor` serves this alone and outlives it, as everything else does. Throws HostError.
  Evaluator(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
            const lode::Space& space, Executor& executor, Listener listener = {});

  // Of all oracles, in the pipeline's order.
  const std::vector<MetricDeclaration>& metrics() const { return metrics_; }

  // Which of them cost nothing.
  const std::vector<std::size_t>& free_metrics() const { return free_places_; }

  // Begins to evaluate an architecture of the space, `text` in its notation; `attempt` counts what
  // was rejected before in this step. Throws CancelledError.
  Ticket Begin(std::uint64_t step, std::uint64_t attempt, ArchitectureView architecture,
               std::string text);

  // Waits for its end. Called once for each ticket: those of earlier steps come first, and within
  // a step those of earlier attempts. Throws CancelledError.
  Evaluation Finish(Ticket& ticket);

  // Begins to measure an architecture again that was measured before, `step` its first trial's; 1, 2,
  // ...: which time it is. Its id is above those of all searches; ids ascend with step and repeat.
  Ticket BeginRepeat(std::uint64_t step, std::uint64_t repeat, ArchitectureView architecture,
                     std::string text);

  // How often the oracles that measure were asked so far.
  std::uint64_t evaluations() const { return evaluations_; }

  // Distinct networks that the oracles that measure were asked about so far, rejected ones and
  // those under way too.
  std::uint64_t unique_queries() const { return unique_queries_; }

 private:
  static Key KeyOf(ArchitectureView architecture);
  // The same for all architectures of a network, as far as the oracles tell them apart.
  Key NetworkOf(ArchitectureView architecture, const Key& key) const;

  void ArrangeMetrics(const Pipeline& pipeline, const Catalog& catalog);

  // Steps of Begin: each settles the ticket, or leaves it to the next.
  void Settle(Ticket& ticket);
  bool SettleKnown(Ticket& ticket);
  bool SettleFree(Ticket& ticket);
  bool SettleNetwork(Ticket& ticket);
  void Ask(Ticket& ticket);
  void AskAs(std::uint64_t id, Ticket& ticket);
  std::uint64_t SeedFor(const Ticket& ticket);

  void Reuse(Ticket& ticket, std::size_t same);
  bool IsAskedBefore(const Ticket& ticket) const;

  // Steps of Finish.
  Evaluation Known(std::size_t slot) const;
  Evaluation TakeAnswer(Ticket& ticket);
  Evaluation Keep(Ticket& ticket, std::size_t slot, const Measurement& measurement);
  std::size_t SlotFor(const Ticket& ticket);

  // Tells the listener.
  void Report(const Ticket& ticket, const Measurement& measurement);
  void OnAnswer(const Question& question, const Measurement& measurement);

  bool MustAsk(std::size_t slot) const { return noisy_ || failures_.contains(slot); }
  std::span<const double> MetricsOf(std::size_t slot) const;

  const lode::Space& space_;
  const std::string space_title_;
  Executor& executor_;
  const Listener listener_;
  Oracles free_;
  std::vector<MetricDeclaration> metrics_;
  std::vector<std::size_t> free_places_, measured_places_;  // among metrics_
  RandomStream random_;
  bool by_canonical_ = false;
  bool noisy_ = false;

  // What is known of one architecture lies in a slot.
  std::unordered_map<Key, std::size_t> by_architecture_;
  std::unordered_map<Key, std::size_t> by_network_;
  std::vector<std::uint64_t> ids_;  // by slot: of its last evaluation
  std::vector<double> known_;       // by slot: metrics_.size() values
  std::unordered_map<std::size_t, std::string> failures_;
  std::unordered_set<Key> rejected_;  // networks, by oracles that measure

  std::unordered_multimap<Key, std::uint64_t> asked_;  // networks under way, and the steps
  std::map<std::uint64_t, Ticket> under_way_;          // by id: copies of what was asked
  std::string failure_;                                // of the last one that failed
  std::uint64_t last_id_ = 0;
  std::uint64_t unique_queries_ = 0;
  std::uint64_t evaluations_ = 0;
};

}  // namespace lode::core
