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
  std::uint64_t id = 0;             // 1, 2, ... in the order of asking
  bool reused = false;              // known before: the oracles were not asked
  std::span<const double> metrics;  // valid until the next call; empty if it failed
  std::string_view failure;         // why it failed, or ""; valid until the next call
  bool rejected = false;            // broke a limit, maybe before every metric was measured;
                                    // nothing else is set
  bool is_new_query = false;        // the first question about its network
  double cost_seconds = 0;          // simulated; 0 if it was reused
};

// Reuses a result for the same architecture, and for the same canonical architecture if all
// measuring oracles declare that their metrics depend on nothing else. Repeats failed and noisy
// evaluations. Memory grows only with the number of distinct architectures.
//
// Free oracles are asked first, in this process. Questions for the others go to the executor, and
// several evaluations may run at once; an architecture that an earlier step has asked about then
// waits for that answer. Results depend on the order of the calls, not on when answers arrive.
class Evaluator {
 public:
  using Key = std::string;  // an architecture's bits, packed

  // An evaluation in progress.
  struct Ticket {
    std::uint64_t step, attempt;
    Architecture architecture;
    std::string text;
    Key key, network{};
    enum class State { kNew, kKnown, kFailed, kRejected, kAsked, kWaits } state = State::kNew;
    std::uint64_t id = 0;       // unless known, rejected or waiting
    bool is_new_query = false;  // kAsked: the first question about its network
    std::size_t slot = 0;       // kKnown: the slot of the result
    std::string failure{};      // kFailed: the reason
    std::vector<double> row{};  // all metrics; those of free oracles are set
    Records records{};          // values that free oracles recorded
  };

  // Gets each evaluation as soon as it is measured or computed.
  using Listener = std::function<void(const EvaluationRecord&)>;

  // `executor` serves only this object. All arguments outlive *this. Throws HostError.
  Evaluator(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
            const lode::Space& space, Executor& executor, Listener listener = {});

  // Of all oracles, in the pipeline's order.
  const std::vector<MetricDeclaration>& metrics() const { return metrics_; }

  // The positions in metrics() of those that cost nothing.
  const std::vector<std::size_t>& free_metrics() const { return free_places_; }

  // Begins to evaluate an architecture of the space, whose notation is `text`. `attempt` is the
  // number of proposals rejected before in this step. Throws CancelledError.
  Ticket Begin(std::uint64_t step, std::uint64_t attempt, ArchitectureView architecture,
               std::string text);

  // Waits for the evaluation. Call it once for each ticket, in the order of steps and, within a
  // step, of attempts. Throws CancelledError.
  Evaluation Finish(Ticket& ticket);

  // Begins to measure again an architecture that was measured before, first in trial `step`.
  // `repeat` counts 1, 2, .... The ID is above the IDs of all searches; IDs ascend with step and
  // repeat.
  Ticket BeginRepeat(std::uint64_t step, std::uint64_t repeat, ArchitectureView architecture,
                     std::string text);

  // Returns how many times the measuring oracles were asked so far.
  std::uint64_t evaluations() const { return evaluations_; }

  // Returns how many distinct networks the measuring oracles were asked about so far, including
  // rejected ones and ones in progress.
  std::uint64_t unique_queries() const { return unique_queries_; }

 private:
  static Key KeyOf(ArchitectureView architecture);
  // Returns a key that is the same for all architectures of a network, as far as the oracles
  // distinguish them.
  Key NetworkOf(ArchitectureView architecture, const Key& key) const;

  void ArrangeMetrics(const Pipeline& pipeline, const Catalog& catalog);

  // Steps of Begin(). Each settles the ticket or leaves it to the next one.
  void Settle(Ticket& ticket);
  bool SettleKnown(Ticket& ticket);
  bool SettleFree(Ticket& ticket);
  bool SettleNetwork(Ticket& ticket);
  void Ask(Ticket& ticket);
  void AskAs(std::uint64_t id, Ticket& ticket);
  std::uint64_t SeedFor(const Ticket& ticket);

  void Reuse(Ticket& ticket, std::size_t same);
  bool IsAskedBefore(const Ticket& ticket) const;

  // Steps of Finish().
  Evaluation Known(std::size_t slot) const;
  Evaluation TakeAnswer(Ticket& ticket);
  Evaluation Keep(Ticket& ticket, std::size_t slot, const Measurement& measurement);
  std::size_t SlotFor(const Ticket& ticket);

  // Reports to the listener.
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

  // Results of one architecture are in one slot.
  std::unordered_map<Key, std::size_t> by_architecture_;
  std::unordered_map<Key, std::size_t> by_network_;
  std::vector<std::uint64_t> ids_;  // by slot: the last evaluation
  std::vector<double> known_;       // by slot: metrics_.size() values
  std::unordered_map<std::size_t, std::string> failures_;
  std::unordered_set<Key> rejected_;  // networks that measuring oracles rejected

  std::unordered_multimap<Key, std::uint64_t> asked_;  // networks in progress, and their steps
  std::map<std::uint64_t, Ticket> under_way_;          // by ID: copies of the tickets
  std::string failure_;                                // of the last failed evaluation
  std::uint64_t last_id_ = 0;
  std::uint64_t unique_queries_ = 0;
  std::uint64_t evaluations_ = 0;
};

}  // namespace lode::core
