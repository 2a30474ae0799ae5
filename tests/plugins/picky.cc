// An oracle that records when it is asked, and fails for architectures it should not have been
// asked about: those whose macs, as computed by the space, are above a limit.
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <vector>

namespace {

class Picky {
 public:
  struct Config {
    double most = 0;
  };
  static lode::Params<Config> Parameters() {
    return {{"most", &Config::most, "Most multiply-adds that it accepts."}};
  }
  Picky(lode::Host host, const Config& config) : host_(host), config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    return {
        {"score", "count", "Multiply-adds of the canonical form below the most.", LODE_MAXIMIZE}};
  }
  void Bind(const lode::Space& space) {
    while (space.metrics()[macs_].name != "macs") { ++macs_; }
    space_ = space;
  }
  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    host_.Record("asked", 1);
    const double macs = MacsOf(query.architecture);
    if (macs > config_.most) {
      throw lode::InvalidError("asked for " + std::to_string(macs) + " multiply-adds");
    }
    metrics[0] = config_.most - MacsOf(space_->Canonical(query.architecture));
  }

 private:
  double MacsOf(lode::ArchitectureView architecture) const {
    std::vector<double> values(space_->metrics().size());
    space_->Measure(architecture, values);
    return values[macs_];
  }

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::size_t macs_ = 0;
};

}  // namespace

LODE_PLUGIN("picky", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Picky>("picky", "1.0.0", "Fails above a limit.", "",
                                         LODE_CAP_CANONICAL));
