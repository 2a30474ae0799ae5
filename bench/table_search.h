// A search by an optimizer alone, as installed, on a column of NAS-Bench-201: without the host's
// loop, its store and its threads.
#pragma once

#include <ctime>
#include <filesystem>
#include <lode/testing.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lode::bench {

// Processor time of this thread, in milliseconds.
inline double ThreadMilliseconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

class TableSearch {
 public:
  // `optimizer` is a component with its defaults, of the plugin of the same name.
  TableSearch(const std::string& optimizer, std::string_view dataset, std::string_view metric,
              std::uint64_t seed)
      : oracle_(
            test::Values(test::LoadComponent(kPlugins / "nb201.lode.so", "nb201.table"), kPlugins)
                .Set("dataset", dataset)),
        optimizer_(test::Values(test::LoadComponent(kPlugins / (optimizer + ".lode.so"), optimizer),
                                kPlugins),
                   seed) {
    oracle_api_.bind(oracle_.get(), space_.handle(), nullptr);
    FindMetric(metric);
    optimizer_.host().Enter(0, test::Phase::kSetup);
    optimizer_api_.bind(optimizer_.get(), space_.handle(), nullptr);
  }

  // The column's largest value.
  double optimum() const { return metric_.optimum; }
  const Space& space() const { return space_.space(); }

  Architecture Ask() {
    Architecture architecture(space().cells());
    Action action(architecture.size());
    lode_proposal proposal = test::ProposalInto(action.data(), architecture.data());
    optimizer_.host().Enter(step_, test::Phase::kAsk);
    detail::Check(
        [&](lode_error* e) { return optimizer_api_.ask(optimizer_.get(), &proposal, e); });
    return architecture;
  }

  // Tells the optimizer the architecture's value, which is returned.
  double Tell(const Architecture& architecture) {
    std::vector<double> metrics(oracle_api_.metric_count(oracle_.get()));
    lode_query query{sizeof query, 0, architecture.data(), 1, 0, metrics.data(), 0, LODE_OK, 0,
                     nullptr};
    oracle_api_.evaluate(oracle_.get(), &query, 1, nullptr);
    const double& value = metrics[place_];
    const lode_trial trial = test::TrialOf(step_, 0, nullptr, architecture.data(), value);
    optimizer_.host().Enter(step_++, test::Phase::kTell);
    detail::Check(
        [&](lode_error* e) { return optimizer_api_.tell(optimizer_.get(), &trial, 1, e); });
    return value;
  }

 private:
  static inline const std::filesystem::path kPlugins =
      std::filesystem::path(LODE_BINARY_DIR) / "lib/lode/plugins";

  void FindMetric(std::string_view name) {
    for (;; ++place_) {
      metric_.struct_size = sizeof metric_;
      detail::Check(
          [&](lode_error* e) { return oracle_api_.metric(oracle_.get(), place_, &metric_, e); });
      if (metric_.name == name) { return; }
    }
  }

  test::SpaceInstance space_{
      test::Values(test::LoadComponent(kPlugins / "nb201.lode.so", "nb201"), kPlugins)};
  test::Instance oracle_, optimizer_;
  const lode_oracle_api& oracle_api_ = oracle_.api<lode_oracle_api>();
  const lode_optimizer_api& optimizer_api_ = optimizer_.api<lode_optimizer_api>();
  std::uint32_t place_ = 0;
  lode_metric metric_{};
  std::uint64_t step_ = 0;
};

}  // namespace lode::bench
