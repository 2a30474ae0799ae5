// Components that throw from one of their methods, or from all.
#include <lode/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

class Thrower {
 public:
  struct Config {
    std::string from = "all";
    std::string what = "runtime_error";
  };
  static lode::Params<Config> Parameters() {
    return {{"from", &Config::from, "The method that throws, or all that are called after create.",
             lode::Choices{{"all", "create", "log10_size", "discretize", "sample", "format", "bind",
                            "evaluate", "explore", "perturb", "ask", "tell"}}},
            {"what", &Config::what, "Whether to throw a std::runtime_error or an int.",
             lode::Choices{{"runtime_error", "int"}}}};
  }
  Thrower(lode::Host, const Config& config) : config_(config) {
    if (config_.from == "create") { Throw("create"); }
  }

 protected:
  void Pass(std::string_view method) const {
    if (config_.from == "all" || config_.from == method) { Throw(method); }
  }

 private:
  void Throw(std::string_view method) const {
    if (config_.what == "int") {
      throw 42;  // NOLINT: not every author throws the right type
    }
    throw std::runtime_error("thrown from " + std::string(method));
  }

  Config config_;
};

// One decision between two values.
struct ThrowingSpace : Thrower {
  using Thrower::Thrower;
  std::vector<lode::Matrix> Matrices() const { return {{"coin", {"side"}, {"heads", "tails"}}}; }
  double Log10Size() const {
    Pass("log10_size");
    return 0.30102999566398120;
  }
  void Discretize(lode::ActionView action, std::span<std::uint8_t> out) const {
    Pass("discretize");
    out[action[1] > action[0] ? 1 : 0] = 1;
  }
  void Sample(lode::Random random, std::span<std::uint8_t> out) const {
    Pass("sample");
    out[random.Below(2)] = 1;
  }
  std::string Format(lode::ArchitectureView architecture) const {
    Pass("format");
    if (architecture[0] + architecture[1] != 1) { throw lode::InvalidError("not one side"); }
    return architecture[0] == 1 ? "heads" : "tails";
  }
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    if (text != "heads" && text != "tails") { throw lode::InvalidError("expected heads or tails"); }
    out[text == "heads" ? 0 : 1] = 1;
  }
};

struct ThrowingOracle : Thrower {
  using Thrower::Thrower;
  std::vector<lode::Metric> Metrics() const { return {{"ones", "count", "Number of cells set."}}; }
  void Bind(const lode::Space&) { Pass("bind"); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    Pass("evaluate");
    for (const std::uint8_t cell : query.architecture) { metrics[0] += cell; }
  }
};

struct ThrowingExploration : Thrower {
  using Thrower::Thrower;
  bool Explore(std::uint64_t) {
    Pass("explore");
    return false;
  }
  void Perturb(std::uint64_t, std::span<float>) { Pass("perturb"); }
};

struct ThrowingOptimizer : Thrower {
  using Thrower::Thrower;
  void Bind(const lode::Space& space) {
    Pass("bind");
    cells_ = space.cells();
  }
  lode::Action Ask() {
    Pass("ask");
    return lode::Action(cells_, 0.5f);
  }
  void Tell(const lode::Trial&) { Pass("tell"); }

 private:
  std::size_t cells_ = 0;
};

}  // namespace

LODE_PLUGIN("lode.test.throws", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<ThrowingSpace>("throws", "1.0.0", "A space that throws."),
            lode::OracleComponent<ThrowingOracle>("throws", "1.0.0", "An oracle that throws."),
            lode::ExplorationComponent<ThrowingExploration>("throws", "1.0.0",
                                                            "A strategy that throws."),
            lode::OptimizerComponent<ThrowingOptimizer>("throws", "1.0.0",
                                                        "An optimizer that throws."));
