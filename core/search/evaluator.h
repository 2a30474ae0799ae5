// Measures architectures and remembers the results.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/plugin/random.h"
#include "core/search/executor.h"
#include "core/search/known_results.h"
#include "core/search/oracles.h"
#include "core/search/trial.h"

namespace lode::core {

// Reuses a result for the same architecture and fidelity, and for the same canonical architecture
// if all measuring oracles declare that their metrics depend on nothing else. Repeats failed and
// noisy evaluations. Memory grows only with the number of distinct architectures.
//
// Free metrics are computed first, in this process. Queries for the others go to the executor,
// and several evaluations may run at once; an architecture that an earlier step has asked about
// then waits for that evaluation. Results depend on the order of the calls, not on when evaluations
// finish.
class Evaluator {
 public:
  // Computes the free metrics of an architecture; they depend on the seed only if they are noisy.
  using Compute = std::function<Evaluation(ArchitectureView architecture, std::uint64_t seed)>;

  // Gets each evaluation as soon as it is measured or computed.
  using Listener = std::function<void(const EvaluationRecord&)>;

  // Its collaborators, which outlive the evaluator.
  struct Parts {
    const lode::Space& space;
    std::string space_title;                     // in messages: "space 'ring'"
    Executor& executor;                          // serves only the evaluator
    Compute compute{};                           // empty if no metrics are free
    std::vector<MetricDeclaration> metrics{};    // of all oracles, in the pipeline's order
    std::vector<std::size_t> free_places{};      // the positions of the free ones
    std::vector<std::size_t> measured_places{};  // and those of the executor's, in its order
    bool by_canonical = false;  // results depend on the canonical architecture only
    std::uint64_t seed = 0;
  };

  // An architecture to evaluate.
  struct Proposed {
    std::uint64_t step = 0;
    std::uint64_t attempt = 0;  // the number of proposals rejected before in this step
    Architecture architecture{};
    std::string text{};  // in the space's notation
    double fidelity = 1;
  };

  // The states of an evaluation in progress.
  struct New {};
  struct Known {
    std::size_t slot;
  };
  struct Failed {
    std::uint64_t id;
    std::string reason;
  };
  struct Rejected {};  // broke a limit
  struct Asked {
    std::uint64_t id;
    bool is_new_query;  // the first query about its network at this fidelity
  };
  struct Waiting {};  // for the evaluation of an earlier step
  using State = std::variant<New, Known, Failed, Rejected, Asked, Waiting>;

  // An evaluation in progress.
  struct Ticket {
    Proposed proposed;
    ResultKey key, network{};
    State state{};
    std::vector<double> row{};  // all metrics; those that are free are set
    Records records{};          // values that free oracles recorded

    bool is_rejected() const { return std::holds_alternative<Rejected>(state); }
    bool is_waiting() const { return std::holds_alternative<Waiting>(state); }
    const Asked* asked() const { return std::get_if<Asked>(&state); }
  };

  // How an evaluation ended.
  struct Result {
    std::uint64_t id = 0;               // 1, 2, ... in the order of asking
    bool reused = false;                // known before: the oracles were not asked
    std::span<const double> metrics{};  // valid until the next call; empty if it failed
    std::string_view failure{};         // why it failed, or ""; valid until the next call
    bool rejected = false;  // broke a limit, maybe before every metric was measured; of the others,
                            // only is_new_query and cost_seconds are set
    bool is_new_query = false;  // the first query about its network at this fidelity
    double cost_seconds = 0;    // simulated; 0 if it was reused
  };

  explicit Evaluator(Parts parts, Listener listener = {});

  // Of all oracles, in the pipeline's order.
  const std::vector<MetricDeclaration>& metrics() const { return parts_.metrics; }

  // The positions in metrics() of those that cost nothing.
  const std::vector<std::size_t>& free_metrics() const { return parts_.free_places; }

  // Begins to evaluate an architecture of the space. Throws CancelledError.
  Ticket Begin(Proposed proposed);

  // Looks again whether a waiting ticket must wait. Throws CancelledError.
  void Reconsider(Ticket& ticket);

  // Waits for the evaluation. Call it once for each ticket; if tickets are waiting, in the order of
  // steps and, within a step, of attempts. Throws CancelledError.
  Result Finish(Ticket& ticket);

  // Begins to measure again an architecture that was measured before, first in trial
  // `proposed.step`. `repeat` counts 1, 2, .... The ID is above the IDs of all searches; IDs ascend
  // with step and repeat.
  Ticket BeginRepeat(Proposed proposed, std::uint64_t repeat);

  // Returns all metrics of a known trial, of which `metrics` has those that were measured: computes
  // the free ones. `id` gives them their randomness. Throws HostError, CancelledError.
  std::vector<double> Complete(const Proposed& proposed, std::uint64_t id,
                               std::vector<double> metrics);

  // Takes the result of a known trial, unless it is to be left out, and reports it. Noisy metrics
  // are measured all the same, and so are architectures that lack one.
  void Adopt(const Proposed& proposed, std::uint64_t id, std::span<const double> row,
             bool left_out);

  // How many times the measuring oracles were asked so far.
  std::uint64_t evaluations() const { return evaluations_; }

  // How many distinct networks (at distinct fidelities) the measuring oracles were asked about so
  // far, including rejected ones and ones in progress; and the sum of those fidelities.
  std::uint64_t unique_queries() const { return unique_queries_; }
  double full_evaluations() const { return full_evaluations_; }

 private:
  // Returns a key that is the same for all architectures of a network, as far as the oracles
  // distinguish them.
  ResultKey NetworkOf(const Ticket& ticket) const;

  // Steps of Begin(). Each settles the ticket or leaves it to the next one.
  void Settle(Ticket& ticket);
  bool SettleKnown(Ticket& ticket);
  bool SettleFree(Ticket& ticket);
  bool SettleNetwork(Ticket& ticket);
  void Ask(Ticket& ticket);
  void AskAs(std::uint64_t id, Ticket& ticket);
  std::uint64_t SeedFor(const Proposed& proposed);

  void Reuse(Ticket& ticket, std::size_t same);
  bool IsNewQuery(const Ticket& ticket) const;
  bool IsAskedBefore(const Ticket& ticket) const;

  // Steps of Finish().
  Result TakeKnown(std::size_t slot) const;
  Result TakeFailure(const Ticket& ticket, const Failed& failed);
  Result TakeFinished(Ticket& ticket, const Asked& asked);
  void ForgetAsked(const Ticket& ticket);

  // Reports to the listener.
  void Report(std::uint64_t id, const Ticket& ticket, const Evaluation& evaluation);
  void OnFinished(const Query& query, const Evaluation& evaluation);

  bool MustAsk(std::size_t slot) const { return noisy_ || known_.HasFailed(slot); }

  const Parts parts_;
  const Listener listener_;
  const bool noisy_;
  RandomStream random_;
  KnownResults known_;
  std::unordered_multimap<ResultKey, std::uint64_t> asked_;  // networks in progress: their steps
  std::map<std::uint64_t, Ticket> under_way_;                // by ID: copies of the tickets
  std::uint64_t last_id_ = 0;
  std::uint64_t unique_queries_ = 0;
  double full_evaluations_ = 0;
  std::uint64_t evaluations_ = 0;
};

// Returns what the evaluator of a pipeline works with; that owns the free oracles. `executor`
// serves only that evaluator. All arguments outlive it. Throws HostError.
Evaluator::Parts EvaluatorParts(const Pipeline& pipeline, const Catalog& catalog,
                                const RunContext& run, const lode::Space& space,
                                Executor& executor);

}  // namespace lode::core
