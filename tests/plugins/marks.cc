// An oracle whose code leaves a mark as soon as it is loaded: a line in the file named by
// LODE_TEST_MARK.
#include <cstdlib>
#include <fstream>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

namespace {

struct Mark {
  Mark() {
    if (const char* file = std::getenv("LODE_TEST_MARK")) {
      std::ofstream(file, std::ios::app) << "loaded\n";
    }
  }
};
const Mark mark;

struct Oracle {
  struct Config {
    std::int64_t factor = 1;
  };
  static lode::Params<Config> Parameters() {
    return {{"factor", &Config::factor, "What a cell counts."}};
  }
  Oracle(lode::Host, const Config& config) : config_(config) {}
  std::vector<lode::Metric> Metrics() const {
    return {{"score", "", "Its first cells.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space&) {}
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    for (std::size_t i = 0; i < query.architecture.size(); ++i) {
      metrics[0] +=
          static_cast<double>(query.architecture[i] * i) * static_cast<double>(config_.factor);
    }
  }

 private:
  Config config_;
};

}  // namespace

LODE_PLUGIN("lode.test.marks", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Oracle>("marks", "1.0.0", "An oracle that leaves a mark."));
