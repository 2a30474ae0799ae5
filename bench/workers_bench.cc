// Measures the cost of evaluating in processes: the round trip of one query, trials per second
// with an oracle that takes 50 ms, a trial with its components in this process and in others, and a
// trial of several workers in threads, batches and processes, and how busy workers are when results
// are told in the order of asking or of finishing.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/make_executor.h"
#include "core/plugin/index.h"
#include "core/search/run.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

const fs::path kBuild = LODE_BINARY_DIR;
const fs::path kOracle = kBuild / "tests/plugins/faulty_oracle.lode.so";
const fs::path kUneven = kBuild / "tests/plugins/parallel_oracles.lode.so";

const PluginIndex& Index() {
  static const TemporaryDirectory cache;
  static const PluginIndex index({{kOracle, kUneven}, {kBuild / "lib/lode/plugins"}},
                                 cache.path() / "plugins.json");
  return index;
}

Pipeline MakePipeline(std::uint64_t workers, int delay_ms, std::uint64_t steps) {
  const std::string text =
      "[pipeline]\nname = \"w\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = \"faulty_oracle\"\n"
      "delay_ms = " +
      std::to_string(delay_ms) +
      "\n[reward]\nmetric = \"checksum\"\n[optimizer]\nuse = \"random\"\n[budget]\n"
      "unique_queries = " +
      std::to_string(steps) + "\n[execution]\nisolate = true\nworkers = " + std::to_string(workers);
  return Resolve(Document::FromText(text, "bench"), Index()).at(0).pipeline;
}

const std::atomic<bool> never = false;
const RunContext kContext{0, &never, {}, {}};

std::unique_ptr<Executor> Make(const Pipeline& pipeline) {
  WorkerProgram program = ThisProgram({kOracle});
  program.file = (kBuild / "bin/lode").string();
  return MakeExecutor(pipeline, Index(), kContext, program);
}

void RoundTrip(benchmark::State& state) {
  const Pipeline pipeline = MakePipeline(1, 0, 1);
  const auto executor = Make(pipeline);
  std::uint64_t id = 0;
  for (auto _ : state) {
    ++id;
    Query query;
    query.id = id;
    query.architecture.resize(30);
    executor->Start(query);
    benchmark::DoNotOptimize(executor->Finish(id));
  }
}
BENCHMARK(RoundTrip)->Unit(benchmark::kMicrosecond)->UseRealTime();

// Starts and ends a process.
void Start(benchmark::State& state) {
  const Pipeline pipeline = MakePipeline(1, 0, 1);
  for (auto _ : state) { Make(pipeline); }
}
BENCHMARK(Start)->Unit(benchmark::kMillisecond)->UseRealTime();

// Executes the runs that `make` makes, and counts their trials. Making them is not measured.
template <class Maker>
void CountTrials(benchmark::State& state, Maker make,
                 std::uint64_t RunResult::*trials_of = &RunResult::steps) {
  std::int64_t trials = 0;
  for (auto _ : state) {
    state.PauseTiming();
    {
      const auto run = make();
      state.ResumeTiming();
      trials += static_cast<std::int64_t>(run->Execute({}).*trials_of);
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(trials);
}

// items_per_second counts trials, from the first query on.
void Trials(benchmark::State& state) {
  constexpr std::uint64_t kQueries = 200;
  const Pipeline pipeline = MakePipeline(static_cast<std::uint64_t>(state.range(0)), 50, kQueries);
  CountTrials(
      state, [&] { return std::make_unique<Run>(pipeline, 0, Index(), never, Make(pipeline)); },
      &RunResult::unique_queries);
}
BENCHMARK(Trials)->Arg(1)->Arg(4)->Iterations(1)->Repetitions(3)->UseRealTime();

// Random search on the table, which costs next to nothing. Argument: 0 has everything in this
// process, 1 has oracles in another, 2 has every component in another. items_per_second counts
// trials, from the first one on.
void Isolated(benchmark::State& state) {
  constexpr const char* kIsolate[] = {"false", "true", "\"all\""};
  const std::string text =
      "[pipeline]\nname = \"i\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = "
      "\"nb201.table\"\n[reward]\n"
      "metric = \"valid_accuracy\"\n[optimizer]\nuse = \"random\"\n[budget]\nsteps = "
      "5000\n[execution]\n"
      "isolate = " +
      std::string(kIsolate[state.range(0)]);
  const Pipeline pipeline = Resolve(Document::FromText(text, "bench"), Index()).at(0).pipeline;
  WorkerProgram program = ThisProgram({kOracle});
  program.file = (kBuild / "bin/lode").string();
  CountTrials(state, [&] {
    return MakeRun(pipeline, Index(), kContext, program,
                   MakeExecutor(pipeline, Index(), kContext, program));
  });
}
BENCHMARK(Isolated)->DenseRange(0, 2)->Iterations(1)->Repetitions(3)->UseRealTime();

// Random search with four workers. Arguments: the oracle, the table (whose workers are threads) or
// a predictor (whose workers are one batch); 1 has processes instead. items_per_second counts
// trials, from the first one on.
void SeveralWorkers(benchmark::State& state) {
  const bool is_table = state.range(0) == 0;
  const std::string text =
      std::string("[pipeline]\nname = \"s\"\n[space]\nuse = \"") + (is_table ? "nb201" : "ofa") +
      "\"\n[oracle]\nuse = \"" + (is_table ? "nb201.table" : "ofa.predictor") +
      "\"\n[reward]\nmetric = \"" + (is_table ? "valid_accuracy" : "predicted_accuracy") +
      "\"\n[optimizer]\nuse = \"random\"\n[budget]\nsteps = 5000\n[execution]\nworkers = 4\n"
      "isolate = " +
      (state.range(1) == 0 ? "false" : "true");
  const Pipeline pipeline = Resolve(Document::FromText(text, "bench"), Index()).at(0).pipeline;
  CountTrials(state,
              [&] { return std::make_unique<Run>(pipeline, 0, Index(), never, Make(pipeline)); });
}
BENCHMARK(SeveralWorkers)
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->Iterations(1)
    ->Repetitions(3)
    ->UseRealTime();

// Adds up the time in which workers were busy.
class Busy : public TrialObserver {
 public:
  void OnEvaluation(const EvaluationRecord& evaluation) override {
    const double start = static_cast<double>(evaluation.timing.start) / 1e9;
    begin_ = std::min(begin_, start);
    last_begin_ = std::max(last_begin_, start);
    starts_.emplace_back(start, evaluation.timing.seconds);
  }
  void OnTrial(const TrialRecord&) override {}

  // Returns the share of the workers' time until the last evaluation began: then there is nothing
  // more to ask.
  double ShareOf(double workers) const {
    double busy = 0;
    for (const auto& [start, seconds] : starts_) { busy += std::min(seconds, last_begin_ - start); }
    return busy / (workers * (last_begin_ - begin_));
  }

 private:
  double begin_ = 1e300, last_begin_ = 0;
  std::vector<std::pair<double, double>> starts_;
};

// Evaluations of 2 to 60 ms on four workers. Argument 0: told in the order of asking; 1: as they
// finish.
void UnevenEvaluations(benchmark::State& state) {
  const std::string text =
      "[pipeline]\nname = \"u\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = \"concurrent\"\n"
      "milliseconds = 60\n[reward]\nmetric = \"score\"\n[optimizer]\nuse = \"random\"\n[budget]\n"
      "unique_queries = 400\n[execution]\nworkers = 4\norder = \"" +
      std::string(state.range(0) == 0 ? "asked" : "finished") + "\"";
  const Pipeline pipeline = Resolve(Document::FromText(text, "bench"), Index()).at(0).pipeline;
  double share = 0;
  for (auto _ : state) {
    Busy busy;
    Run run(pipeline, 0, Index(), never, Make(pipeline));
    run.Execute({&busy});
    share = busy.ShareOf(4);
  }
  state.counters["busy"] = share;
}
BENCHMARK(UnevenEvaluations)->Arg(0)->Arg(1)->Iterations(1)->Repetitions(3)->UseRealTime();

}  // namespace
}  // namespace lode::core
