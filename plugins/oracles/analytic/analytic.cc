// The oracle "analytic": the metrics that a space computes for its architectures.
#include <algorithm>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace {

class Analytic {
 public:
  struct Config {
    std::vector<std::string> metrics;
  };
  static lode::Params<Config> Parameters() {
    return {{"metrics", &Config::metrics,
             "The space's metrics to serve; all if empty. Another oracle may have one of the same "
             "name."}};
  }

  Analytic(lode::Host, const Config& config) : config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    std::vector<lode::Metric> metrics;
    for (const std::size_t i : served_) { metrics.push_back(space_->metrics()[i]); }
    return metrics;
  }

  void Bind(const lode::Space& space) {
    if (space.metrics().empty()) {
      throw lode::UnsupportedError("this space computes no metrics for its architectures");
    }
    space_ = space;
    served_.clear();
    if (config_.metrics.empty()) {
      served_.resize(space.metrics().size());
      std::iota(served_.begin(), served_.end(), std::size_t{0});
    }
    for (const std::string& name : config_.metrics) { served_.push_back(Find(name)); }
  }

  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    if (query.fidelity < 1) {
      throw lode::UnsupportedError("computed metrics have no cheaper form: the fidelity must be 1");
    }
    std::vector<double> all(space_->metrics().size());
    space_->Measure(query.architecture, all);
    for (std::size_t i = 0; i < served_.size(); ++i) { metrics[i] = all[served_[i]]; }
  }

 private:
  std::size_t Find(const std::string& name) const {
    std::vector<std::string> names;
    for (const lode::Metric& metric : space_->metrics()) { names.push_back(metric.name); }
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      throw lode::UnsupportedError("the space computes no metric " + lode::Quote(name) +
                                   " (nearest: " + lode::Quote(lode::Nearest(name, names)) + ")");
    }
    return static_cast<std::size_t>(at - names.begin());
  }

  Config config_;
  std::optional<lode::Space> space_;
  std::vector<std::size_t> served_;  // positions in the space's metrics
};

}  // namespace

LODE_PLUGIN(
    "lode.analytic", "1.0.0", "Apache-2.0",
    lode::OracleComponent<Analytic>(
        "analytic", "1.0.0",
        "Metrics that follow from an architecture alone: parameters, multiply-adds.",
        "Serves the metrics that the space itself computes, whatever they are: `lode "
        "describe` on the space lists them. They take a few microseconds at most, so limits "
        "on them can be checked before anything expensive is evaluated. Counts of networks "
        "are exact, for the network that the space's parameters describe.",
        LODE_CAP_CONCURRENT | LODE_CAP_METRICS_VARY | LODE_CAP_FREE));
