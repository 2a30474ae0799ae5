// Oracles for any space that measure the same, but take several architectures in different ways:
// one after the other, from several threads, or in batches.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <lode/plugin.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

// The checksum of an architecture is the sum of (1 + cell) over its ones.
class Alone {
 public:
  struct Config {
    std::string prefix;
    std::int64_t fails_every = 1'000'000;
    std::int64_t meet = 1;
    bool noisy = false;
    bool records = false;
    bool waits = false;
    std::int64_t first_waits_for = 0;
    std::int64_t milliseconds = 0;
    std::string calls;
  };
  static lode::Params<Config> Parameters() {
    return {
        {"prefix", &Config::prefix, "What the names of its metrics begin with."},
        {"fails_every", &Config::fails_every,
         "Checksums that are multiples of it fail; those of an architecture without ones do not.",
         lode::Range{.min = 1}},
        {"meet", &Config::meet,
         "An evaluation ends after this number of others, and itself, have begun at some time.",
         lode::Range{.min = 1}},
        {"noisy", &Config::noisy, "Whether the score depends on the query's seed."},
        {"records", &Config::records, "Whether it records and logs each checksum."},
        {"waits", &Config::waits, "Whether an evaluation only ends when it is cancelled."},
        {"first_waits_for", &Config::first_waits_for,
         "The evaluation that begins first ends after this number of others.",
         lode::Range{.min = 0}},
        {"milliseconds", &Config::milliseconds,
         "The longest time of an evaluation; others take up to 30 times less.",
         lode::Range{.min = 0}},
        {"calls", &Config::calls,
         "A file that gets the number of queries of each call, one a line; empty for none."}};
  }

  Alone(lode::Host host, const Config& config) : host_(host), config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    lode::Metric score{config_.prefix + "score", "", "The checksum, and noise.", LODE_MAXIMIZE,
                       LODE_SPLIT_VALIDATION};
    score.noisy = config_.noisy;
    return {score, {config_.prefix + "size", "", "The checksum.", LODE_MINIMIZE, LODE_SPLIT_NONE}};
  }
  void Bind(const lode::Space&) {}

  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    Note(1);
    Measure(query, metrics);
  }

 protected:
  void Measure(const lode::Query& query, std::span<double> metrics) {
    const Turn turn(*this);
    Sleep(query.seed);
    while (config_.waits) {
      host_.ThrowIfCancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::int64_t checksum = 0;
    for (std::size_t cell = 0; cell < query.architecture.size(); ++cell) {
      checksum += query.architecture[cell] * static_cast<std::int64_t>(cell + 1);
    }
    if (config_.records) {
      host_.Record("checksum", static_cast<double>(checksum));
      host_.Log(LODE_INFO, "checksum " + std::to_string(checksum));
    }
    if (checksum > 0 && checksum % config_.fails_every == 0) {
      throw lode::Error(LODE_E_INTERNAL, "checksum " + std::to_string(checksum));
    }
    const double noise = config_.noisy ? static_cast<double>(query.seed >> 11) * 0x1p-53 : 0;
    metrics[0] = static_cast<double>(checksum) + noise;
    metrics[1] = static_cast<double>(checksum);
    query.ReportCost(static_cast<double>(checksum));
  }

  void Note(std::size_t queries) {
    if (!config_.calls.empty()) {
      const std::lock_guard lock(mutex_);
      std::ofstream(config_.calls, std::ios::app) << queries << "\n";
    }
  }

 private:
  // The beginning and the end of an evaluation.
  struct Turn {
    explicit Turn(Alone& oracle) : oracle_(oracle) { oracle_.Begin(); }
    ~Turn() { oracle_.End(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Alone& oracle_;
  };

  void Begin() {
    std::unique_lock lock(mutex_);
    const bool is_first = begun_++ == 0;
    changed_.notify_all();
    WaitUntil(lock, [&] { return begun_ >= config_.meet; });
    if (is_first) {
      WaitUntil(lock, [&] { return ended_ >= config_.first_waits_for; });
    }
  }

  void End() {
    const std::lock_guard lock(mutex_);
    ++ended_;
    changed_.notify_all();
  }

  template <class Condition>
  void WaitUntil(std::unique_lock<std::mutex>& lock, Condition condition) {
    if (!changed_.wait_for(lock, std::chrono::seconds(60), condition)) {
      throw lode::Error(LODE_E_INTERNAL, "the others did not come");
    }
  }

  void Sleep(std::uint64_t seed) const {
    const auto longest = static_cast<double>(config_.milliseconds);
    const double share = static_cast<double>(seed >> 11) * 0x1p-53;
    std::this_thread::sleep_for(
        std::chrono::duration<double, std::milli>(longest * (1 + 29 * share) / 30));
  }

  lode::Host host_;
  const Config config_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t begun_ = 0, ended_ = 0;
};

class Concurrent : public Alone {
 public:
  using Alone::Alone;
};

class Batched : public Alone {
 public:
  using Alone::Alone;
  void Evaluate(const lode::Query&, std::span<double>) = delete;
  void EvaluateBatch(std::span<const lode::Query> queries, std::span<double> metrics) {
    Note(queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
      Measure(queries[i], metrics.subspan(2 * i, 2));
    }
  }
};

}  // namespace

LODE_PLUGIN("lode.test.parallel_oracles", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Alone>("alone", "1.0.0", "One after the other.", "",
                                         LODE_CAP_METRICS_VARY),
            lode::OracleComponent<Concurrent>("concurrent", "1.0.0", "From several threads.", "",
                                              LODE_CAP_METRICS_VARY | LODE_CAP_CONCURRENT),
            lode::OracleComponent<Batched>("batched", "1.0.0", "In batches.", "",
                                           LODE_CAP_METRICS_VARY));
