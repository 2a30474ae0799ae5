// An oracle for any space whose measurements scatter around known means.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <lode/plugin.hpp>
#include <numbers>
#include <thread>
#include <vector>

namespace {

class NoisyOracle {
 public:
  struct Config {
    double noise = 0.2;
    std::int64_t delay_ms = 0;
  };
  static lode::Params<Config> Parameters() {
    return {
        {"noise", &Config::noise, "Standard deviation of a measurement.", lode::Range{.min = 0}},
        lode::Param<Config>{"delay_ms", &Config::delay_ms, "Time that an evaluation takes.",
                            lode::Range{.min = 0}}
            .Unit("ms")};
  }

  NoisyOracle(lode::Host, const Config& config) : config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    lode::Metric accuracy{"accuracy", "percent", "The mean, and noise.", LODE_MAXIMIZE,
                          LODE_SPLIT_VALIDATION};
    accuracy.noisy = true;
    return {accuracy, {"truth", "percent", "The mean.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space&) {}

  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    std::this_thread::sleep_for(std::chrono::milliseconds(config_.delay_ms));
    metrics[1] = Truth(query.architecture);
    metrics[0] = metrics[1] + config_.noise * Normal(query.seed);
  }

 private:
  // From 94 to 95, in twentieths.
  static double Truth(lode::ArchitectureView architecture) {
    std::uint64_t sum = 0;
    for (std::size_t cell = 0; cell < architecture.size(); ++cell) {
      sum += architecture[cell] * (cell + 1);
    }
    return 95 - 0.05 * static_cast<double>(sum % 21);
  }

  // Uniform in (0, 1): the finalizer of splitmix64 on a counter.
  static double Uniform(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return (static_cast<double>((x ^ (x >> 31)) >> 11) + 0.5) * 0x1p-53;
  }

  // Box and Muller's normal variate.
  static double Normal(std::uint64_t seed) {
    return std::sqrt(-2 * std::log(Uniform(seed + 0x9e3779b97f4a7c15))) *
           std::cos(2 * std::numbers::pi * Uniform(seed + 2 * 0x9e3779b97f4a7c15));
  }

  Config config_;
};

}  // namespace

LODE_PLUGIN("lode.test.noisy_oracle", "1.0.0", "Apache-2.0",
            lode::OracleComponent<NoisyOracle>("noisy_oracle", "1.0.0",
                                               "Scatters around means that are known."));
