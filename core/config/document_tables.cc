// The declarations of [pipeline], [plugins], [[reference]] and of what a component's table has
// beside parameters.
#include "core/config/pipeline_tables.h"

namespace lode::core {

const TypedTable<Pipeline>& PipelineTable() {
  using P = Pipeline;
  using Key = HostKey<P>;
  const auto never = [](const P&) { return false; };  // a run is one stage by itself
  static const TypedTable<P> table(
      {.name = "pipeline", .doc = "what the pipeline is"},
      {Key("name", &P::name,
           "Name of the pipeline: the heading of its tables, and the name of its directory.")
           .Required()
           .KeepsResults(),
       Key("description", &P::description, "What the pipeline is for.").KeepsResults(),
       Key("seeds", &P::seeds, "The seeds to run ([3, 5, 8]), or how many (10 stands for 0 to 9).")
           .KeepsResults(),
       Key("optional", &P::optional,
           "A stage is left out, and tables say \"not measured\", if a file or folder that its "
           "components read does not exist, or if it uses a stage that is left out.")
           .KeepsResults()
           .WrittenIf(never),
       Key("stored", &P::stored,
           "The directory of a pipeline without stages that was run by itself. The stage shows its "
           "results with the stage's own references, and runs nothing. If there is no such "
           "directory, the stage is left out.")
           .KeepsResults()
           .WrittenIf(never),
       Key("compare_with", &P::compare_with,
           "Earlier stages with which this one is compared at the end, with the tables and tests "
           "of `lode compare`.")
           .KeepsResults()
           .WrittenIf(never)});
  return table;
}

const TypedTable<Pipeline>& PluginsTable() {
  static const TypedTable<Pipeline> table(
      {.name = "plugins", .doc = "where to find more plugins", .keeps_results = true},
      {{"paths", &Pipeline::plugins,
        "Plugin files, or directories of them; relative paths are relative to the pipeline's "
        "file."}});
  return table;
}

const TypedTable<ReferenceConfig>& ReferenceTable() {
  using R = ReferenceConfig;
  using Key = HostKey<R>;
  static const TypedTable<R> table(
      {.name = "reference",
       .doc = "a published figure to print next to ours. `where = {\"oracle.dataset\" = "
              "\"cifar10\"}` gives paths of the grid and their values for the searches that it "
              "belongs to; in a stage, the grid may also be that of an earlier one, whose best it "
              "measures",
       .list = true,
       .keeps_results = true},
      {Key("label", &R::label, "The source of the figure.").Required(),
       Key("metric", &R::metric,
           "The metric of the best architecture that it is of; the reward's if left out.")
           .WrittenIf([](const R& reference) { return !reference.metric.empty(); }),
       Key("mark", &R::mark, "The budget mark it belongs to; 0: the end."),
       Key("mean", &R::mean, "The published mean, in the metric's unit.").Required(),
       Key("std", &R::std, "The published standard deviation.", Range{0})});
  return table;
}

const TypedTable<ComponentConfig>& ComponentTable() {
  using C = ComponentConfig;
  using Key = HostKey<C>;
  static const TypedTable<C> table(
      {.name = "component", .doc = ""},
      {Key("use", &C::id, "The ID of the component.").Required(),
       Key("preset", &C::preset,
           "The name of one of its presets; values written beside it win. The default is the first "
           "preset, which \"\" stands for, too; components without presets take that as well.")
           .KeepsResults()  // its values are compared instead
           .WrittenIf([](const C& config) { return !config.preset.empty(); }),
       Key("policy", &C::policy,
           "What the optimizer learned in an earlier run, to start from: the run's file `policy`, "
           "or "
           "the directory of a pipeline's runs. Then each seed starts from the policy of the run "
           "with its point of the grid and its seed; \"stage:NAME\" stands for an earlier stage. "
           "The "
           "earlier run's space must equal this one: name, parameters and matrices.")
           .InputFileOrFolder()
           .WrittenIf([](const C& config) { return !config.policy.empty(); })});
  return table;
}

}  // namespace lode::core
