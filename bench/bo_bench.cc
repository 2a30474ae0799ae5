// Measures an ask of bo after a number of trials of random cells of NAS-Bench-201, by their
// validation accuracy on CIFAR-100, in processor time of its thread. Each iteration asks and tells,
// so that the mean contains the share of asks that fit hyper-parameters or choose the model's
// trials again; "worst_ms" is one of those.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "bench/table_search.h"

namespace lode::bench {
namespace {

void AskAfter(benchmark::State& state) {
  TableColumn column("cifar100", "valid_accuracy");
  TableSearch search(column, "bo", 1);
  test::FixedStream stream(1);
  for (auto i = state.range(0); i > 0; --i) {
    search.Tell(column.space().space().Sample(stream.random()));
  }
  search.Tell(search.Ask());  // takes all of them into account at once
  double worst = 0;
  for (auto _ : state) {
    const double begin = ThreadMilliseconds();
    const Architecture proposal = search.Ask();
    const double taken = ThreadMilliseconds() - begin;
    state.SetIterationTime(taken / 1e3);
    worst = std::max(worst, taken);
    search.Tell(proposal);
  }
  state.counters["worst_ms"] = worst;
}
BENCHMARK(AskAfter)->Arg(300)->Arg(10000)->Iterations(60)->UseManualTime()->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace lode::bench
