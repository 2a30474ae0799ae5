#include "core/config/pipeline_tables.h"

namespace lode::core {

const TypedTable<BudgetConfig>& BudgetTable() {
  using B = BudgetConfig;
  using Key = HostKey<B>;
  static const TypedTable<B> table(
      {.name = "budget",
       .doc = "when the search ends: after steps, unique_queries, full_evaluations or "
              "simulated_seconds, or several "
              "of them"},
      {Key("steps", &B::steps, "Number of trials (`trials` means the same); 0: not limited."),
       Key("unique_queries", &B::unique_queries,
           "Number of distinct architectures that an oracle was asked about, at each fidelity. "
           "Known ones are free, "
           "and so are metrics that are only computed (analytic) when another oracle measures. If "
           "everything is computed, it is the number of distinct architectures. Without it, they "
           "are not limited.",
           Range{1}),
       Key("full_evaluations", &B::full_evaluations,
           "The sum of the fidelities of distinct queries, for optimizers that also ask for "
           "evaluations of less than full fidelity: 100 full evaluations, or 1000 at a fidelity of "
           "0.1. 0: not limited.")
           .WrittenIf([](const B& budget) { return budget.full_evaluations.has_value(); }),
       Key("simulated_seconds", &B::simulated_seconds,
           "The maximum total cost of the evaluations, in the seconds that the oracle reports for "
           "them (nb201.table: training); 0: not limited. Known results cost nothing.")
           .Unit("s"),
       Key("evaluations", &B::evaluations,
           "The maximum number of evaluations by oracles with noisy metrics, including those of "
           "[confirm]: these oracles are asked again about an architecture that is proposed again. "
           "0: as many as unique_queries, if those are limited. Has no effect without noisy "
           "metrics.")
           .WrittenIf([](const B& budget) { return budget.evaluations != budget.unique_queries; }),
       Key("marks", &B::marks,
           "Earlier points at which to report the best, ascending: in steps if steps are limited, "
           "else in unique queries, full evaluations or simulated seconds, the first that is "
           "limited.",
           Range{1})
           .KeepsTrials(),
       Key("patience", &B::patience,
           "Number of consecutive steps without a new architecture that end a search without a "
           "limit on steps.",
           Range{1}),
       Key("stop_after_no_improvement", &B::stop_after_no_improvement,
           "Number of consecutive steps without an improvement that end a search: their trials are "
           "not better than all before, failed, or broke a limit. Rejected proposals are not "
           "steps. With [reward] goals, a trial that joins the Pareto front is an improvement; "
           "with noisy metrics, an architecture that has the best lower confidence bound for the "
           "first time. 0: the search continues."),
       Key("wall_seconds", &B::wall_seconds,
           "Wall-clock time from the start of the command, such as a cluster's time slot. After "
           "it, the command ends within two seconds with exit status 4, and `lode resume` "
           "continues. It does not affect any trial, so it may change; `--wall-seconds` overrides "
           "it. 0: not limited.",
           Range{0})
           .Unit("s")
           .KeepsResults()
           .WrittenIf([](const B& budget) { return budget.wall_seconds > 0; })});
  return table;
}

const TypedTable<ConfirmConfig>& ConfirmTable() {
  using C = ConfirmConfig;
  static const TypedTable<C> table(
      {.name = "confirm",
       .doc = "the repeated measurements after a search with noisy metrics. The lower confidence "
              "bound of an architecture is its mean reward - s * sqrt(2 * ln(10 * A) / n) for n "
              "measurements, where s is the standard deviation within architectures and A the "
              "number of architectures measured. The candidates with the best lower confidence "
              "bounds are each measured `repeats` more times, and the best by these measurements "
              "alone is reported. They count toward budget.evaluations, of which the search leaves "
              "candidates * repeats; without a limit on evaluations they are extra. A larger "
              "budget (--extend) confirms again"},
      {{"repeats", &C::repeats,
        "Number of measurements of each candidate; 0: nothing is confirmed.", Range{0, 4095}},
       {"candidates", &C::candidates, "Number of candidates.", Range{1, 1000}}});
  return table;
}

}  // namespace lode::core
