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

inline const std::filesystem::path kPlugins =
    std::filesystem::path(LODE_BINARY_DIR) / "lib/lode/plugins";
inline std::filesystem::path PluginPath(const std::string& name) {
  return kPlugins / (name + ".lode.so");
}

// Processor time of this thread, in milliseconds.
inline double ThreadMilliseconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

// The space, and one column of the table.
class TableColumn {
 public:
  TableColumn(std::string_view dataset, std::string_view metric)
      : oracle_(test::Values(test::LoadComponent(PluginPath("nb201"), "nb201.table"), kPlugins)
                    .Set("dataset", dataset)) {
    api_.bind(oracle_.get(), space_.handle(), nullptr);
    FindMetric(metric);
    metrics_.resize(api_.metric_count(oracle_.get()));
  }

  const test::SpaceInstance& space() const { return space_; }
  // The column's largest value.
  double optimum() const { return metric_.optimum; }

  double ValueOf(const Architecture& architecture) {
    lode_query query{sizeof query, 0, architecture.data(), 1, 0, metrics_.data(), 0, LODE_OK, 0,
                     nullptr};
    api_.evaluate(oracle_.get(), &query, 1, nullptr);
    return metrics_[place_];
  }

 private:
  void FindMetric(std::string_view name) {
    for (;; ++place_) {
      metric_.struct_size = sizeof metric_;
      detail::Check([&](lode_error* e) { return api_.metric(oracle_.get(), place_, &metric_, e); });
      if (metric_.name == name) { return; }
    }
  }

  test::SpaceInstance space_{
      test::Values(test::LoadComponent(PluginPath("nb201"), "nb201"), kPlugins)};
  test::Instance oracle_;
  const lode_oracle_api& api_ = oracle_.api<lode_oracle_api>();
  std::uint32_t place_ = 0;
  lode_metric metric_{};
  std::vector<double> metrics_;
};

class TableSearch {
 public:
  // `optimizer` is a component with its defaults, of the plugin of the same name.
  TableSearch(TableColumn& column, const std::string& optimizer, std::uint64_t seed)
      : column_(column),
        optimizer_(test::Values(test::LoadComponent(PluginPath(optimizer), optimizer), kPlugins),
                   seed) {
    optimizer_.host().Enter(0, test::Phase::kSetup);
    api_.bind(optimizer_.get(), column_.space().handle(), nullptr);
  }

  Architecture Ask() {
    Architecture architecture(column_.space().space().cells());
    Action action(architecture.size());
    lode_proposal proposal = test::ProposalInto(action.data(), architecture.data());
    optimizer_.host().Enter(step_, test::Phase::kAsk);
    detail::Check([&](lode_error* e) { return api_.ask(optimizer_.get(), &proposal, e); });
    return architecture;
  }

  // Tells the optimizer the architecture's value, which is returned.
  double Tell(const Architecture& architecture) {
    const double value = column_.ValueOf(architecture);
    const lode_trial trial = test::TrialOf(step_, 0, nullptr, architecture.data(), value);
    optimizer_.host().Enter(step_++, test::Phase::kTell);
    detail::Check([&](lode_error* e) { return api_.tell(optimizer_.get(), &trial, 1, e); });
    return value;
  }

 private:
  TableColumn& column_;
  test::Instance optimizer_;
  const lode_optimizer_api& api_ = optimizer_.api<lode_optimizer_api>();
  std::uint64_t step_ = 0;
};

}  // namespace lode::bench
