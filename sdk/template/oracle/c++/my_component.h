// The oracle "my_component": how much an architecture has in common with a target.
#pragma once

#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <vector>

// Works for any space. Evaluate is const and may be called from several threads at once, which the
// plugin declares with LODE_CAP_CONCURRENT. lode/plugin.hpp lists the optional methods above
// lode::OracleComponent.
class MyComponent {
 public:
  struct Config {
    std::string target;
  };
  static lode::Params<Config> Parameters() {
    return {{"target", &Config::target,
             "The target as the space writes it; if empty, the architecture of the zero action."}};
  }

  MyComponent(lode::Host, const Config& config) : text_(config.target) {}

  std::vector<lode::Metric> Metrics() const {
    return {
        {"similarity", "percent", "Percentage of the target's ones that the architecture has."}};
  }

  void Bind(const lode::Space& space) {
    target_ = text_.empty() ? space.Discretize(lode::Action(space.cells())) : space.Parse(text_);
    space_ = space;
  }

  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    if (query.fidelity < 1) { throw lode::UnsupportedError("this metric has no cheaper form"); }
    space_->Format(query.architecture);  // throws if it is not an architecture of the space
    double ones = 0, shared = 0;
    for (std::size_t cell = 0; cell < target_.size(); ++cell) {
      ones += target_[cell];
      shared += target_[cell] & query.architecture[cell];
    }
    metrics[0] = 100 * shared / ones;
  }

 private:
  std::string text_;
  std::optional<lode::Space> space_;
  lode::Architecture target_;
};
