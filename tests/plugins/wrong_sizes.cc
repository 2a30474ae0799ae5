// Components with wrong shapes.
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

// A space without cells: no matrix at all, or one without rows.
class EmptySpace {
 public:
  struct Config {
    bool matrix = false;
  };
  static lode::Params<Config> Parameters() {
    return {{"matrix", &Config::matrix, "Whether there is a matrix, of no rows."}};
  }
  EmptySpace(lode::Host, const Config& config) : has_matrix_(config.matrix) {}

  std::vector<lode::Matrix> Matrices() const {
    if (!has_matrix_) { return {}; }
    return {{"empty", {}, {"column"}}};
  }
  double Log10Size() const { return 0; }
  void Discretize(lode::ActionView, std::span<std::uint8_t>) const {}
  void Sample(lode::Random, std::span<std::uint8_t>) const {}
  std::string Format(lode::ArchitectureView) const { return "nothing"; }
  void Parse(std::string_view, std::span<std::uint8_t>) const {}

 private:
  bool has_matrix_;
};

struct NoMetrics {
  struct Config {};
  NoMetrics(lode::Host, const Config&) {}
  std::vector<lode::Metric> Metrics() const { return {}; }
  void Bind(const lode::Space&) {}
  void Evaluate(const lode::Query&, std::span<double>) {}
};

class WrongProposal {
 public:
  struct Config {
    std::string proposes = "short";
  };
  static lode::Params<Config> Parameters() {
    return {{"proposes", &Config::proposes,
             "An action of too few cells, an architecture of all ones, or an unknown kind.",
             lode::Choices{{"short", "ones", "unknown"}}}};
  }
  WrongProposal(lode::Host, const Config& config) : config_(config) {}

  void Bind(const lode::Space& space) { cells_ = space.cells(); }
  std::variant<lode::Action, lode::Architecture> Ask() {
    if (config_.proposes == "short") { return lode::Action(cells_ - 1); }
    return lode::Architecture(cells_, 1);
  }
  void Tell(const lode::Trial&) {}

  bool proposes_unknown() const { return config_.proposes == "unknown"; }

 private:
  Config config_;
  std::size_t cells_ = 0;
};

// The C++ API knows only two kinds of proposal; this bypasses it.
const lode_component* WrongProposalComponent() {
  static const lode_component base = *lode::OptimizerComponent<WrongProposal>(
      "wrong_sizes", "1.0.0", "Proposes something that is not a proposal.");
  static lode_optimizer_api api = *static_cast<const lode_optimizer_api*>(base.api);
  static const auto ask = api.ask;
  api.ask = [](lode_instance* i, lode_proposal* out, lode_error* e) {
    using Box = lode::detail::Box<WrongProposal, lode::detail::OptimizerExtra>;
    const lode_status status = ask(i, out, e);
    if (status == LODE_OK && Box::Of(i).object.proposes_unknown()) { out->kind = 7; }
    return status;
  };
  static lode_component component = base;
  component.api = &api;
  return &component;
}

}  // namespace

LODE_PLUGIN("lode.test.wrong_sizes", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<EmptySpace>("wrong_sizes", "1.0.0", "A space without cells."),
            lode::OracleComponent<NoMetrics>("wrong_sizes", "1.0.0", "An oracle without metrics."),
            WrongProposalComponent());
