// The declaration of [record].
#include "core/config/pipeline_tables.h"

namespace lode::core {

const TypedTable<RecordConfig>& RecordTable() {
  using R = RecordConfig;
  static const TypedTable<R> table(
      {.name = "record",
       .doc = "what a run writes into its directory beside its store",
       .keeps_results = true},
      {{"tensorboard", &R::tensorboard,
        "Event files for TensorBoard in the directory `tensorboard` of a run, written while it "
        "runs: rewards, metrics, the best so far, failures, what components record, the pipeline, "
        "and pictures of the best architectures, for which the program rsvg-convert is needed. Of "
        "a "
        "search with more than a thousand trials per second, they have each new best and a "
        "thousand others per second. They have the time of each value, so they are not the same "
        "each time."}});
  return table;
}

}  // namespace lode::core
