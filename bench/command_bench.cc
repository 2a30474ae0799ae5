// Measures what the oracle `command` costs for each query beside the work of the program: a Python
// program that is started each time, and one that serves.
#include <benchmark/benchmark.h>

#include "bench/table_search.h"

namespace lode::bench {
namespace {

constexpr char kAnswer[] = "print('{\"accuracy\": 1}', flush=True)";

void Query(benchmark::State& state, bool serves) {
  const test::SpaceInstance space(
      test::Values(test::LoadComponent(PluginPath("nb201"), "nb201"), kPlugins));
  test::Values values(test::LoadComponent(PluginPath("command"), "command"));
  const std::string program =
      serves ? std::string("import sys\nfor line in sys.stdin: ") + kAnswer : kAnswer;
  values.SetList("command", {"python3", "-c", program}).SetList("maximize", {"accuracy"});
  values.Set("serve", serves);
  test::Instance oracle(values);
  const auto& api = oracle.api<lode_oracle_api>();
  detail::Check([&](lode_error* e) { return api.bind(oracle.get(), space.handle(), e); });
  const Architecture architecture = space.space().Parse("6111");
  double accuracy = 0;
  for (auto _ : state) {
    lode_query query{sizeof query, 0, architecture.data(), 1, 0, &accuracy, 0, LODE_OK, 0, nullptr};
    detail::Check([&](lode_error* e) { return api.evaluate(oracle.get(), &query, 1, e); });
    if (query.status != LODE_OK) { state.SkipWithError("the query failed"); }
  }
}
BENCHMARK_CAPTURE(Query, started, false)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK_CAPTURE(Query, serving, true)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace lode::bench
