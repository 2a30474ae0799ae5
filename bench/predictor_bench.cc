// Measures how many sub-networks per second the oracle ofa.predictor evaluates through its table,
// from their bytes to percent: the plugin as installed, in one thread.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <lode/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/loader.h"
#include "core/plugin/random.h"

namespace ofa {
namespace {

using lode::core::LoadPlugin;
using lode::core::RandomStream;

const std::filesystem::path kPlugins = std::filesystem::path(LODE_BINARY_DIR) / "lib/lode/plugins";

// A component of the plugin ofa with its defaults.
class Subject {
 public:
  explicit Subject(std::string_view id) : component_(Find(id)) {
    host_.struct_size = sizeof host_;
    std::vector<lode_value> values;
    std::vector<std::string> paths;
    paths.reserve(component_.param_count);
    for (std::uint32_t i = 0; i < component_.param_count; ++i) {
      lode_value value = LODE_AT(component_.params, i)->default_value;
      if (value.type == LODE_T_PATH) {
        paths.push_back((kPlugins / std::string_view(value.as.s.data, value.as.s.size)).string());
        value.as.s = {paths.back().data(), paths.back().size()};
      }
      values.push_back(value);
    }
    lode::detail::Check(
        [&](lode_error* e) { return component_.create(&host_, values.data(), &instance_, e); });
  }
  ~Subject() { component_.destroy(instance_); }
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  template <class Api>
  const Api& api() const {
    return *static_cast<const Api*>(component_.api);
  }
  lode_instance* get() const { return instance_; }

 private:
  static const lode_component& Find(std::string_view id) {
    const lode_plugin& plugin = LoadPlugin(kPlugins / "ofa.lode.so");
    for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
      if (plugin.components[i]->id == id) { return *plugin.components[i]; }
    }
    throw std::runtime_error("the plugin ofa has no " + std::string(id));
  }

  const lode_component& component_;
  lode_host host_{};
  lode_instance* instance_ = nullptr;
};

// Argument: queries per call.
void Evaluate(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const Subject space_subject("ofa"), oracle("ofa.predictor");
  const lode_space space = {&space_subject.api<lode_space_api>(), space_subject.get()};
  const auto& api = oracle.api<lode_oracle_api>();
  lode::detail::Check([&](lode_error* e) { return api.bind(oracle.get(), space, e); });
  RandomStream stream(1, "predictor_bench");
  std::vector<lode::Architecture> architectures;
  std::vector<double> accuracies(batch);
  std::vector<lode_query> queries;
  for (std::size_t i = 0; i < batch; ++i) {
    architectures.push_back(lode::Space(space).Sample(lode::Random(stream.handle())));
    queries.push_back({sizeof(lode_query), 0, architectures[i].data(), 1.0, 0, &accuracies[i], 0,
                       LODE_OK, 0, nullptr});
  }
  for (auto _ : state) {
    if (api.evaluate(oracle.get(), queries.data(), static_cast<std::uint32_t>(batch), nullptr) !=
        LODE_OK) {
      state.SkipWithError("evaluate failed");
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}
BENCHMARK(Evaluate)->ArgName("batch")->Arg(1)->Arg(256)->Arg(1024)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ofa
