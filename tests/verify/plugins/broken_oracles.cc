// Oracles that break one rule each; the rule is in the id.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <thread>

#include "tests/verify/plugins/edited.h"

namespace {

// Sound: the sum of the squares of the numbers of the cells that are 1.
struct CellSum {
  struct Config {};
  CellSum(lode::Host host, const Config&) : host_(host) {}
  std::vector<lode::Metric> Metrics() const { return {{"cell_sum", "count", "Sum of cells."}}; }
  void Bind(const lode::Space& space) { space_.emplace(space); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    space_->Format(query.architecture);
    metrics[0] = 0;
    for (std::size_t cell = 0; cell < query.architecture.size(); ++cell) {
      metrics[0] += static_cast<double>(cell * cell * query.architecture[cell]);
    }
  }

 protected:
  lode::Host host_;
  std::optional<lode::Space> space_;
};

// Knows an optimum that is not the best of all.
struct Modest : CellSum {
  using CellSum::CellSum;
  std::vector<lode::Metric> Metrics() const {
    std::vector<lode::Metric> metrics = CellSum::Metrics();
    metrics[0].optimum = 1;
    return metrics;
  }
};

// Sound: adds the number of steps that its preparation took.
struct Trained : CellSum {
  using CellSum::CellSum;
  void Prepare(const std::filesystem::path& directory) {
    const std::filesystem::path checkpoint = directory / "checkpoint";
    std::ifstream(checkpoint) >> steps_;
    for (; steps_ < kSteps; Keep(checkpoint)) {
      host_.ThrowIfCancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ++steps_;
    }
  }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    CellSum::Evaluate(query, metrics);
    metrics[0] += steps_;
  }

 protected:
  void Keep(const std::filesystem::path& checkpoint) const {
    const std::string partial = checkpoint.string() + ".partial";
    std::ofstream(partial) << steps_ << "\n";
    std::filesystem::rename(partial, checkpoint);
  }
  static constexpr int kSteps = 12;
  int steps_ = 0;
};

// Sound: measures less at a lower fidelity.
struct Thrifty : Trained {
  using Trained::Trained;
  static lode::Fidelities Fidelities() { return lode::Fidelities::Range(0.5); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    Trained::Evaluate(query, metrics);
    metrics[0] *= query.fidelity;
  }
};

// Cannot do what it declares.
struct Boastful : CellSum {
  using CellSum::CellSum;
  static lode::Fidelities Fidelities() { return lode::Fidelities::List({0.5, 1}); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    if (query.fidelity < 1) { throw lode::UnsupportedError("cannot do it by halves"); }
    CellSum::Evaluate(query, metrics);
  }
};

struct TrainedOn : Trained {
  using Trained::Trained;
  void Prepare(const std::filesystem::path& directory) {
    Trained::Prepare(directory);
    ++steps_;
    Keep(directory / "checkpoint");
  }
};

struct Littering : Trained {
  using Trained::Trained;
  void Prepare(const std::filesystem::path& directory) {
    std::ofstream("log.txt") << "prepares\n";
    Trained::Prepare(directory);
  }
};

// Takes an unfinished preparation for a finished one.
struct Content : Trained {
  using Trained::Trained;
  void Prepare(const std::filesystem::path& directory) {
    if (!std::filesystem::exists(directory / "checkpoint")) { Keep(directory / "checkpoint"); }
    try {
      if (std::filesystem::exists(directory / "done")) {
        std::ifstream(directory / "checkpoint") >> steps_;
      } else {
        Trained::Prepare(directory);
      }
    } catch (const lode::CancelledError&) {
      std::ofstream(directory / "done") << "more or less\n";
      throw;
    }
  }
};

struct NoSentence : CellSum {
  using CellSum::CellSum;
  std::vector<lode::Metric> Metrics() const { return {{"cell_sum", "count", "no sentence"}}; }
};

struct InvalidSpace : CellSum {
  using CellSum::CellSum;
  void Bind(const lode::Space& space) {
    if (space.cells() != 12) { throw lode::InvalidError("not a grid of 4 x 3"); }
    CellSum::Bind(space);
  }
};

struct NotANumber : CellSum {
  using CellSum::CellSum;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    space_->Format(query.architecture);
    metrics[0] = std::numeric_limits<double>::quiet_NaN();
  }
};

struct Noisy : CellSum {
  using CellSum::CellSum;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    CellSum::Evaluate(query, metrics);
    metrics[0] += static_cast<double>(query.seed % 7);
  }
};

struct Careless : CellSum {
  using CellSum::CellSum;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    metrics[0] = static_cast<double>(
        std::accumulate(query.architecture.begin(), query.architecture.end(), 0));
  }
};

struct Counted : CellSum {
  using CellSum::CellSum;
};

struct Busy : CellSum {
  using CellSum::CellSum;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    const bool alone = callers_.fetch_add(1) == 0;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    --callers_;
    CellSum::Evaluate(query, metrics);
    metrics[0] += alone ? 0 : 1;
  }
  std::atomic<int> callers_ = 0;
};

// Counts all existing instances.
struct Shared : CellSum {
  Shared(lode::Host host, const Config& config) : CellSum(host, config) { ++instances(); }
  Shared(const Shared&) = delete;
  ~Shared() { --instances(); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    CellSum::Evaluate(query, metrics);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    metrics[0] += instances() > 1 ? 1 : 0;
  }
  static std::atomic<int>& instances() {
    static std::atomic<int> count = 0;
    return count;
  }
};

struct Stubborn : CellSum {
  using CellSum::CellSum;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    CellSum::Evaluate(query, metrics);
    if (host_.Cancelled() && !late_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    }
    late_ = host_.Cancelled();
  }
  bool late_ = false;
};

struct LazyBatch : CellSum {
  using CellSum::CellSum;
};
struct Unbound : CellSum {
  using CellSum::CellSum;
};
struct Costs : CellSum {
  using CellSum::CellSum;
};

using Evaluate = decltype(lode_oracle_api::evaluate);

template <class T>
const lode_component* Oracle(const char* id, std::uint32_t capabilities = 0) {
  return lode::OracleComponent<T>(id, "1.0.0", "Breaks the rule in its id.", "", capabilities);
}

// An oracle T whose evaluate() goes through `broken`.
template <class T>
const lode_component* OracleThrough(const char* id, Evaluate broken) {
  return EditedApi<lode_oracle_api>(Oracle<T>(id), [&](lode_oracle_api& api) {
    Original<T, Evaluate>() = api.evaluate;
    api.evaluate = broken;
  });
}

// Answers a whole batch with the first architecture's metrics.
lode_status AnswerTheFirst(lode_instance* i, lode_query* queries, std::uint32_t count,
                           lode_error* e) {
  const lode_status status = Original<LazyBatch, Evaluate>()(i, queries, count, e);
  for (std::uint32_t k = 1; status == LODE_OK && k < count; ++k) {
    lode_query* query = LODE_AT(queries, k);
    if (query->status == LODE_OK) { query->metrics[0] = queries->metrics[0]; }
  }
  return status;
}

lode_status CallItInternal(lode_instance* i, lode_query* queries, std::uint32_t count,
                           lode_error* e) {
  const lode_status status = Original<Unbound, Evaluate>()(i, queries, count, e);
  return status == LODE_E_INVALID ? LODE_E_INTERNAL : status;
}

lode_status PayTheHost(lode_instance* i, lode_query* queries, std::uint32_t count, lode_error* e) {
  if (count > 0) { queries->cost_seconds = -5; }
  return Original<Costs, Evaluate>()(i, queries, count, e);
}

}  // namespace

LODE_PLUGIN("broken.oracles", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Thrifty>("sound", "1.0.0", "Breaks no rule."),
            Oracle<TrainedOn>("broken.oracle.prepare"),
            Oracle<Littering>("broken.oracle.prepare.files"),
            Oracle<Content>("broken.oracle.prepare.cancelled"),
            Oracle<NoSentence>("broken.oracle.metrics"), Oracle<InvalidSpace>("broken.oracle.bind"),
            OracleThrough<Unbound>("broken.oracle.before_bind", CallItInternal),
            Oracle<NotANumber>("broken.oracle.evaluate"), Oracle<Modest>("broken.oracle.optimum"),
            Oracle<Noisy>("broken.oracle.noise"), Oracle<Boastful>("broken.oracle.fidelities"),
            OracleThrough<LazyBatch>("broken.oracle.batch", AnswerTheFirst),
            Oracle<Careless>("broken.oracle.invalid_architecture"),
            OracleThrough<Costs>("broken.oracle.cost", PayTheHost),
            Oracle<Counted>("broken.oracle.canonical", LODE_CAP_CANONICAL),
            Oracle<Busy>("broken.oracle.threads", LODE_CAP_CONCURRENT),
            Oracle<Shared>("broken.instances.independent"),
            Oracle<Stubborn>("broken.host.cancellation"));
