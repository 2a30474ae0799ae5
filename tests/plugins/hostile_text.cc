// Components whose every text is hostile: bytes that are not UTF-8, control characters of all
// kinds, and megabytes of text.
#include <lode/plugin.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "one_row.h"

namespace {

// An invalid byte, an overlong slash, half a surrogate pair, a title for the terminal's window, a
// one-byte control sequence (C1), a character that reverses text, a tab and line breaks.
constexpr std::string_view kHostile =
    "\xFF \xC0\xAF \xED\xA0\x80 \x1B]0;title\x07 \x1B[2J \xC2\x9B"
    "31m \xE2\x80\xAE \t\r\n \x7F";

std::string Hostile(std::string_view text) { return std::string(text) + std::string(kHostile); }

// One row of several cells; the notation of an architecture is hostile.
struct HostileSpace : OneRow<64> {
  struct Config {};
  static lode::Params<Config> Parameters() { return {}; }
  HostileSpace(lode::Host, const Config&) {}

  std::vector<lode::Matrix> Matrices() const {
    lode::Matrix matrix{Hostile("matrix"), {Hostile("row")}, {}};
    for (std::size_t i = 0; i < kCells; ++i) {
      matrix.column_labels.push_back(Hostile("column " + std::to_string(i)));
    }
    return {matrix};
  }
  double Log10Size() const { return 1.8061799739838872; }
  std::string Format(lode::ArchitectureView architecture) const {
    return Hostile("cell " + std::to_string(CellOf(architecture)));
  }
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    for (std::size_t i = 0; i < kCells; ++i) {
      if (text == std::to_string(i)) {
        out[i] = 1;
        return;
      }
    }
    throw lode::InvalidError(Hostile("not a cell: "));
  }
  lode::Graph Graph(lode::ArchitectureView) const {
    return {{{Hostile("group"), Hostile("in")}, {Hostile("group"), Hostile("out")}},
            {{0, 1, Hostile("edge")}}};
  }
};

// Fails for every third cell, and says more than anybody reads.
class HostileOracle {
 public:
  struct Config {
    std::string name = "score";
    bool megabytes = false;
  };
  static lode::Params<Config> Parameters() {
    return {{"name", &Config::name, "The metric's name.\x1B[31m"},
            {"megabytes", &Config::megabytes, "Say megabytes."}};
  }
  HostileOracle(lode::Host host, const Config& config) : host_(host), config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    return {{config_.name, Hostile("unit"), Hostile("doc"), LODE_MAXIMIZE, LODE_SPLIT_VALIDATION,
             Hostile("dataset")}};
  }
  void Bind(const lode::Space&) {}
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    const std::size_t cell = HostileSpace::CellOf(query.architecture);
    const std::string text =
        config_.megabytes ? std::string(std::size_t{3} << 20, '\xC3') : Hostile("said");
    host_.Log(LODE_WARNING, text);
    host_.Progress(0.5, text.c_str());
    host_.Record(Hostile("noted").c_str(), 1);
    if (cell % 3 == 0) { throw lode::IoError(Hostile("failed")); }
    metrics[0] = static_cast<double>(cell);
  }

 private:
  lode::Host host_;
  Config config_;
};

// Proposes in turn, and gives up with a hostile reason.
class HostileOptimizer {
 public:
  struct Config {
    std::int64_t fails_after = 1000000;
  };
  static lode::Params<Config> Parameters() {
    return {{"fails_after", &Config::fails_after, "Proposals before it fails."}};
  }
  HostileOptimizer(lode::Host, const Config& config) : config_(config) {}
  void Bind(const lode::Space& space) { cells_ = space.cells(); }
  lode::Architecture Ask() {
    if (asked_ == config_.fails_after) { throw lode::InvalidError(Hostile("gives up")); }
    lode::Architecture architecture(cells_);
    architecture[static_cast<std::size_t>(asked_++) % cells_] = 1;
    return architecture;
  }
  void Tell(const lode::Trial&) {}

 private:
  Config config_;
  std::size_t cells_ = 0;
  std::int64_t asked_ = 0;
};

}  // namespace

LODE_PLUGIN("lode.test.hostile_text", "1.0.0", "\x1B[31mApache-2.0",
            lode::SpaceComponent<HostileSpace>("hostile", "1.0.0", "A space.\x1B[31m",
                                               "\xFF doc\n"),
            lode::OracleComponent<HostileOracle>("hostile", "1.0.0", "An oracle.\xC2\x9B",
                                                 "doc\x07", LODE_CAP_METRICS_VARY),
            lode::OptimizerComponent<HostileOptimizer>("hostile", "1.0.0", "An optimizer.\xFF"));
