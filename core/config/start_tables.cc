// The declaration of [start].
#include "core/config/pipeline_tables.h"

namespace lode::core {

const TypedTable<StartConfig>& StartTable() {
  using S = StartConfig;
  using Key = HostKey<S>;
  static const TypedTable<S> table(
      {.name = "start",
       .doc = "what is known before the search. The optimizer is told known trials before step 0, "
              "with the reward that this pipeline computes from their metrics. They cost nothing: "
              "they are no steps and no queries, and an architecture that is proposed again has "
              "its known result, unless metrics are noisy"},
      {Key("warm_start", &S::warm_start,
           "The directory of an earlier run of the same space and the same measuring oracles, or "
           "of a pipeline's runs: then each seed starts from the run with its point of the grid "
           "and its seed. \"stage:NAME\" stands for an earlier stage. Its trials at full fidelity "
           "that did not fail become known, each architecture once.")
           .WrittenIf([](const S& start) { return !start.warm_start.empty(); }),
       Key("trials", &S::trials,
           "A table of trials measured elsewhere, as CSV: the column `architecture` in the space's "
           "notation, and a column for each metric. Metrics that cost nothing are computed. An "
           "architecture without a metric that reward, limits and goals do not use is known to "
           "the optimizer, and is measured if it is proposed.")
           .WrittenIf([](const S& start) { return !start.trials.empty(); }),
       Key("architectures", &S::architectures,
           "Architectures to evaluate in the first steps, in the space's notation. The optimizer "
           "is told their results like those of other steps; they count in the budget.")
           .WrittenIf([](const S& start) { return !start.architectures.empty(); })});
  return table;
}

}  // namespace lode::core
