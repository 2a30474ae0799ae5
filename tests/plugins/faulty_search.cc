// A space, an exploration strategy and an optimizer of which one method ends the process or never
// returns.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "one_row.h"

namespace {

class Faulty {
 public:
  struct Config {
    std::string from = "none";
    std::string fault = "segv";
    std::int64_t after = 0;
    std::string once;
  };
  static lode::Params<Config> Parameters() {
    return {{"from", &Config::from, "The method that fails.",
             lode::Choices{{"none", "create", "destroy", "format", "canonical", "explore",
                            "perturb", "bind", "ask", "tell"}}},
            {"fault", &Config::fault, "How.",
             lode::Choices{{"segv", "abort", "overflow", "exit", "kill", "hang"}}},
            {"after", &Config::after, "Calls of the method before that.", lode::Range{.min = 0}},
            {"once", &Config::once,
             "A file that is made when it fails; where it is, nothing does. Empty: none."}};
  }
  Faulty(lode::Host, const Config& config) : config_(config) { Pass("create"); }
  ~Faulty() { Pass("destroy"); }

 protected:
  void Pass(std::string_view method) const {
    if (config_.from != method || calls_++ < config_.after) { return; }
    if (!config_.once.empty()) {
      if (std::ifstream(config_.once)) { return; }
      std::ofstream(config_.once) << "failed\n";
    }
    Fail();
  }

 private:
  void Fail() const {
    if (config_.fault == "segv") {
      volatile int* nowhere = nullptr;
      *nowhere = 1;
    } else if (config_.fault == "abort") {
      std::abort();
    } else if (config_.fault == "overflow") {
      Overflow(1);
    } else if (config_.fault == "exit") {
      std::exit(0);
    } else if (config_.fault == "kill") {
      std::raise(SIGKILL);
    }
    for (;;) { std::this_thread::sleep_for(std::chrono::seconds(1)); }
  }
  static std::size_t Overflow(std::size_t depth) {  // NOLINT: without end
    volatile char room[1024];
    room[depth % sizeof room] = 1;
    return depth == 0 ? 0 : Overflow(depth + 1) + static_cast<std::size_t>(room[0]);
  }

  Config config_;
  mutable std::int64_t calls_ = 0;
};

// One row of cells.
struct Space : Faulty, OneRow<50> {
  using Faulty::Faulty;
  std::vector<lode::Matrix> Matrices() const {
    lode::Matrix matrix{"row", {"cell"}, {}};
    for (std::size_t i = 0; i < kCells; ++i) { matrix.column_labels.push_back(std::to_string(i)); }
    return {matrix};
  }
  double Log10Size() const { return 1.6989700043360187; }
  std::string Format(lode::ArchitectureView architecture) const {
    Pass("format");
    return "cell " + std::to_string(CellOf(architecture));
  }
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    for (std::size_t i = 0; i < kCells; ++i) {
      if (text == "cell " + std::to_string(i)) {
        out[i] = 1;
        return;
      }
    }
    throw lode::InvalidError("not a cell");
  }
  void Canonical(lode::ArchitectureView architecture, std::span<std::uint8_t> out) const {
    Pass("canonical");
    std::copy(architecture.begin(), architecture.end(), out.begin());
  }
};

struct Oracle {
  struct Config {};
  static lode::Params<Config> Parameters() { return {}; }
  Oracle(lode::Host host, const Config&) : host_(host) {}
  std::vector<lode::Metric> Metrics() const {
    return {{"score", "", "Which cell.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space&) {}
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    for (std::size_t i = 0; i < query.architecture.size(); ++i) {
      metrics[0] += static_cast<double>(query.architecture[i] * i);
    }
    host_.Record("noted", metrics[0]);
    if (static_cast<int>(metrics[0]) % 10 == 9) { throw lode::IoError("a nine"); }
  }
  lode::Host host_;
};

struct Exploration : Faulty {
  using Faulty::Faulty;
  bool Explore(std::uint64_t step) {
    Pass("explore");
    return step < 5;
  }
  void Perturb(std::uint64_t, std::span<float>) { Pass("perturb"); }
};

struct Optimizer : Faulty {
  Optimizer(lode::Host host, const Config& config) : Faulty(host, config), host_(host) {}
  void Bind(const lode::Space& space) {
    Pass("bind");
    cells_ = space.cells();
  }
  lode::Action Ask() {
    Pass("ask");
    lode::Action action(cells_);
    const lode::Random random = host_.Random();
    for (float& cell : action) { cell = static_cast<float>(random.Uniform()); }
    return action;
  }
  void Tell(const lode::Trial&) { Pass("tell"); }

 private:
  lode::Host host_;
  std::size_t cells_ = 0;
};

}  // namespace

LODE_PLUGIN("lode.test.faulty_search", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<Space>("faulty_search", "1.0.0", "A space that fails."),
            lode::OracleComponent<Oracle>("cells", "1.0.0", "An oracle that works.", "",
                                          LODE_CAP_CANONICAL),
            lode::ExplorationComponent<Exploration>("faulty_search", "1.0.0",
                                                    "A strategy that fails."),
            lode::OptimizerComponent<Optimizer>("faulty_search", "1.0.0",
                                                "An optimizer that fails."));
