// Measures the host's overhead: one trial of the loop without and with the store, and with event
// files for TensorBoard; loading the table, and starting the program.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/exec/in_process.h"
#include "core/plugin/index.h"
#include "core/run/event_log.h"
#include "core/search/run.h"
#include "core/store/run_store.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

const fs::path kPlugins = fs::path(LODE_BINARY_DIR) / "lib/lode/plugins";

const PluginIndex& Index() {
  static const TemporaryDirectory cache;
  static const PluginIndex index({{}, {kPlugins}}, cache.path() / "plugins.json");
  return index;
}

// Returns a component with its defaults.
ComponentConfig Default(lode_kind kind, const char* id) {
  ComponentConfig config;
  config.kind = kind;
  config.id = id;
  for (const ParamDeclaration& p : Index().Find(kind, id)->params) {
    const bool shipped = p.type == LODE_T_PATH;
    config.values.push_back(
        shipped ? Value((kPlugins / std::get<std::string>(p.default_value)).string())
                : p.default_value);
  }
  return config;
}

Pipeline TablePipeline(const char* optimizer, std::uint64_t steps) {
  Pipeline pipeline;
  pipeline.space = Default(LODE_SPACE, "nb201");
  pipeline.oracles = {Default(LODE_ORACLE, "nb201.table")};
  pipeline.optimizer = Default(LODE_OPTIMIZER, optimizer);
  pipeline.reward.metric = "valid_accuracy";
  pipeline.reward.transform = Transform::kExponential;
  pipeline.budget.steps = steps;
  return pipeline;
}

constexpr std::uint64_t kSteps = 20000;

// A run whose oracles are in this process.
struct LocalRun {
  LocalRun(const Pipeline& pipeline, const std::atomic<bool>& cancelled)
      : context{0, &cancelled, {}, {}},
        run(pipeline, 0, Index(), cancelled,
            std::make_unique<InProcess>(pipeline, Index(), context)) {}
  const RunContext context;
  Run run;
};

enum class Kept { kNothing, kTrials, kTrialsAndEvents };

RunResult SearchOnce(Run& run, const fs::path& directory, Kept kept) {
  if (kept == Kept::kNothing) { return run.Execute({}); }
  RunStore store(directory, RunStore::Mode::kNew, run.metrics());
  if (kept == Kept::kTrials) { return run.Execute({&store}); }
  EventLog events(
      {.directory = directory, .metrics = run.metrics(), .reward_metric = run.reward().metric()},
      nullptr, [](const std::string&) {});
  return run.Execute({&events, &store});
}

void Search(benchmark::State& state, const char* optimizer, Kept kept) {
  const Pipeline pipeline = TablePipeline(optimizer, kSteps);
  const std::atomic<bool> cancelled = false;
  for (auto _ : state) {
    state.PauseTiming();
    const TemporaryDirectory dir;
    LocalRun local(pipeline, cancelled);
    state.ResumeTiming();
    SearchOnce(local.run, dir.path(), kept);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSteps));
}
BENCHMARK_CAPTURE(Search, random, "random", Kept::kNothing)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Search, random_stored, "random", Kept::kTrials)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Search, random_events, "random", Kept::kTrialsAndEvents)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Search, rea, "rea", Kept::kNothing)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Search, rea_stored, "rea", Kept::kTrials)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Search, rea_events, "rea", Kept::kTrialsAndEvents)->Unit(benchmark::kMillisecond);

// Creates and binds the components of a table search; nearly all the time is for reading the table.
void CreateComponents(benchmark::State& state) {
  const Pipeline pipeline = TablePipeline("random", 1);
  const std::atomic<bool> cancelled = false;
  for (auto _ : state) {
    const LocalRun run(pipeline, cancelled);
    benchmark::DoNotOptimize(&run);
  }
}
BENCHMARK(CreateComponents)->Unit(benchmark::kMillisecond);

// Runs the whole process with a warm index.
void Program(benchmark::State& state, const std::string& arguments) {
  const TemporaryDirectory dir;
  const std::string command = "cd " + dir.path().string() +
                              " && XDG_CACHE_HOME=. " LODE_BINARY_DIR "/bin/lode " + arguments +
                              " >/dev/null 2>&1";
  for (auto _ : state) {
    if (std::system(command.c_str()) != 0) { state.SkipWithError("the program failed"); }
  }
}
BENCHMARK_CAPTURE(Program, plugins, "plugins")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(Program, describe_l2nas, "describe l2nas")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(Program, run_rea_1000, "run " LODE_SOURCE_DIR "/configs/nb201/rea.toml --seeds 1")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace lode::core
