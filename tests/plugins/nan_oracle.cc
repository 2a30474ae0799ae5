// An oracle for any space that gives NaN for some architectures, fails for others, and is slow.
#include <chrono>
#include <cmath>
#include <limits>
#include <lode/plugin.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

// The checksum of an architecture, the sum of (1 + cell) over its ones, decides the outcome.
class NanOracle {
 public:
  struct Config {
    std::int64_t delay_ms = 0;
    std::int64_t nan_every = 3;
    std::int64_t fail_every = 5;
    bool noisy = false;
  };
  static lode::Params<Config> Parameters() {
    return {
        lode::Param<Config>{"delay_ms", &Config::delay_ms, "Time that an evaluation takes.",
                            lode::Range{.min = 0}}
            .Unit("ms"),
        {"nan_every", &Config::nan_every,
         "Checksums that are multiples of it give NaN; 0 for none.", lode::Range{.min = 0}},
        {"fail_every", &Config::fail_every, "Checksums that are multiples of it fail; 0 for none.",
         lode::Range{.min = 0}},
        {"noisy", &Config::noisy, "Whether a fraction drawn from the query's seed is added."},
    };
  }

  NanOracle(lode::Host host, const Config& config) : host_(host), config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    lode::Metric checksum{"checksum", "count", "Sum over the cells that are set.", LODE_MAXIMIZE,
                          LODE_SPLIT_VALIDATION};
    checksum.noisy = config_.noisy;
    return {checksum};
  }
  void Bind(const lode::Space&) {}

  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    Wait();
    std::int64_t checksum = 0;
    for (std::size_t cell = 0; cell < query.architecture.size(); ++cell) {
      checksum += query.architecture[cell] * static_cast<std::int64_t>(cell + 1);
    }
    if (IsMultiple(checksum, config_.fail_every)) {
      throw lode::Error(LODE_E_INTERNAL, "checksum " + std::to_string(checksum) + " fails");
    }
    metrics[0] = IsMultiple(checksum, config_.nan_every) ? std::numeric_limits<double>::quiet_NaN()
                                                         : static_cast<double>(checksum);
    metrics[0] += config_.noisy ? static_cast<double>(query.seed >> 11) * 0x1p-53 : 0;
  }

 private:
  static bool IsMultiple(std::int64_t n, std::int64_t of) { return of > 0 && n % of == 0; }

  void Wait() const {
    for (std::int64_t waited = 0; waited < config_.delay_ms; ++waited) {
      host_.ThrowIfCancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  lode::Host host_;
  Config config_;
};

}  // namespace

LODE_PLUGIN("lode.test.nan_oracle", "1.0.0", "Apache-2.0",
            lode::OracleComponent<NanOracle>("nan_oracle", "1.0.0",
                                             "Gives numbers, NaN and errors."));
