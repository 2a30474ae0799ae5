// lode/plugin.hpp - write a Lode plugin as C++20 classes. Header-only; depends on <lode/plugin.h>
// and the standard library. Everything in it is compiled into the plugin: only C crosses the
// boundary.
// SPDX-License-Identifier: Apache-2.0
//
// A component is a class T that one of these functions turns into a table:
//
//   lode::SpaceComponent<T>(id, version, summary)      lode::ExplorationComponent<T>(...)
//   lode::OracleComponent<T>(...)                      lode::OptimizerComponent<T>(...)
//
// (each component needs its own class, because the functions make one table per T). A plugin
// is one line at namespace scope:
//
//   LODE_PLUGIN("acme.ring", "1.0.0", "Apache-2.0",
//               lode::SpaceComponent<Ring>("ring", "1.0.0", "A ring of choices."));
//
// Every T has
//
//   struct Config { std::int64_t nodes = 4; };   // parameters with their defaults; may be empty
//   static lode::Params<Config> Parameters() {   // optional if Config is empty
//     return {{"nodes", &Config::nodes, "Number of nodes.", lode::Range{2, 12}}};
//   }
//   static lode::Presets Presets();              // optional
//   T(lode::Host host, const Config& config);
//   void Save(lode::Writer&) const;              // optional, with Load
//   void Load(lode::Reader&);
//
// and the methods of its kind, listed at the component functions below. lode/plugin.h says what the
// methods mean and which of them are called from several threads. Methods report errors by throwing
// lode::Error (or any std::exception); outputs of a call that throws are discarded.
//
// `lode new` creates a plugin to start from, and sdk/README.md is a tutorial. Other headers:
// <lode/choices.hpp>, a base class for spaces of independent decisions; <lode/matrices.hpp>, for
// oracles and optimizers of one space; <lode/math.hpp>, functions that give the same bits on every
// machine; <lode/text.hpp>, for error messages; <lode/testing.hpp>, for unit tests.
#ifndef LODE_PLUGIN_HPP_
#define LODE_PLUGIN_HPP_

#include <lode/plugin.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <limits>
#include <lode/math.hpp>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace lode {
inline namespace v1 {

// ---- errors ----

// The exception that methods throw. `what` is one lower-case line without a final period.
class Error : public std::runtime_error {
 public:
  Error(lode_status code, const std::string& what) : std::runtime_error(what), code_(code) {}
  lode_status code() const noexcept { return code_; }

 private:
  lode_status code_;
};

// An argument, a parameter or the order of calls is wrong.
struct InvalidError : Error {
  explicit InvalidError(const std::string& what) : Error(LODE_E_INVALID, what) {}
};

// A file is missing, unreadable or malformed.
struct IoError : Error {
  explicit IoError(const std::string& what) : Error(LODE_E_IO, what) {}
};

// The component cannot work with what it was bound to.
struct UnsupportedError : Error {
  explicit UnsupportedError(const std::string& what) : Error(LODE_E_UNSUPPORTED, what) {}
};

struct CancelledError : Error {
  CancelledError() : Error(LODE_E_CANCELLED, "cancelled") {}
};

namespace detail {

inline lode_status Fail(lode_error* error, lode_status code, const char* what) noexcept {
  if (error != nullptr) {
    error->code = code;
    std::strncpy(error->message, what, sizeof error->message - 1);
    error->message[sizeof error->message - 1] = '\0';
  }
  return code;
}

// The only place that catches exceptions: the body of every table function runs in here.
template <class Body>
lode_status Guard(lode_error* error, Body&& body) noexcept {
  try {
    body();
    return LODE_OK;
  } catch (const Error& e) {
    return Fail(error, e.code(), e.what());
  } catch (const std::bad_alloc&) {
    return Fail(error, LODE_E_NOMEM, "out of memory");
  } catch (const std::invalid_argument& e) {
    return Fail(error, LODE_E_INVALID, e.what());
  } catch (const std::exception& e) {  // a fault of the plugin, not of what it was given
    return Fail(error, LODE_E_INTERNAL, e.what());
  } catch (...) {
    return Fail(error, LODE_E_INTERNAL, "an exception that is not a std::exception");
  }
}

// Turns a failed call through a table back into an exception.
template <class Call>
void Check(Call&& call) {
  lode_error error{};
  error.struct_size = sizeof error;
  const lode_status status = call(&error);
  if (status == LODE_OK) { return; }
  throw Error(status, error.message[0] != '\0' ? error.message : "failed without a reason");
}

inline std::string_view View(lode_str text) { return {text.data, text.size}; }
inline lode_str Str(std::string_view text) { return {text.data(), text.size()}; }

template <class T>
lode_sink SinkInto(T& container) {
  return {&container, [](void* ctx, const void* data, std::size_t size) -> lode_status {
            return Guard(nullptr, [&] {
              const auto* first = static_cast<const typename T::value_type*>(data);
              auto& out = *static_cast<T*>(ctx);
              out.insert(out.end(), first, first + size);
            });
          }};
}

}  // namespace detail

// ---- the host's services ----

// Random numbers from the host. The draws derived from them are the same on every machine.
class Random {
 public:
  explicit Random(lode_random stream) : stream_(stream) {}

  std::uint64_t Next() const {
    std::uint64_t word = 0;
    stream_.fill(stream_.ctx, &word, 1);
    return word;
  }

  // Uniform on 0 .. n-1, without bias. REQUIRES: n > 0.
  std::uint64_t Below(std::uint64_t n) const {
    __extension__ using Wide = unsigned __int128;
    for (const std::uint64_t unfair = -n % n;;) {
      const Wide product = static_cast<Wide>(Next()) * n;
      if (static_cast<std::uint64_t>(product) >= unfair) {
        return static_cast<std::uint64_t>(product >> 64);
      }
    }
  }

  // Uniform on [0, 1).
  double Uniform() const { return static_cast<double>(Next() >> 11) * 0x1p-53; }

  // Uniform on [low, high).
  double Uniform(double low, double high) const { return low + (high - low) * Uniform(); }

  // Standard normal (Box-Muller; two words for each draw).
  double Normal() const {
    const double radius = std::sqrt(-2 * math::Log(1 - Uniform()));
    return radius * math::CosPi(2 * Uniform());
  }

  // Shuffles the values.
  template <class T>
  void Shuffle(std::span<T> values) const {
    for (std::size_t n = values.size(); n > 1; --n) { std::swap(values[n - 1], values[Below(n)]); }
  }

  lode_random stream() const { return stream_; }

 private:
  lode_random stream_;
};

// The services that the host offers to one instance. Copy it freely; valid until the instance is
// destroyed.
class Host {
 public:
  explicit Host(const lode_host* host) : host_(host) {}

  void Log(lode_level level, std::string_view message) const {
    if (LODE_HAS(host_, log)) { host_->log(host_, level, message.data(), message.size()); }
  }
  bool Cancelled() const { return LODE_HAS(host_, cancelled) && host_->cancelled(host_); }
  void ThrowIfCancelled() const {
    if (Cancelled()) { throw CancelledError(); }
  }
  // fraction is in [0, 1], negative if unknown.
  void Progress(double fraction, const char* what) const {
    if (LODE_HAS(host_, progress)) { host_->progress(host_, fraction, what); }
  }
  // Adds a named value to the record of the current trial.
  void Record(const char* name, double value) const {
    if (LODE_HAS(host_, record)) { host_->record(host_, name, value); }
  }
  // This instance's stream, restarted at every step.
  lode::Random Random() const {
    if (!LODE_HAS(host_, random.fill)) {
      throw UnsupportedError("the host gives no random numbers");
    }
    return lode::Random(host_->random);
  }
  const void* Extension(const char* id) const {
    return LODE_HAS(host_, extension) ? host_->extension(host_, id) : nullptr;
  }
#if LODE_TARGET_MINOR >= 1
  // How many threads a call may keep busy, including the calling one; 1 if the host does not say.
  std::uint32_t Threads() const {
    return LODE_REACHES(host_, threads) && host_->threads > 0 ? host_->threads : 1;
  }
#endif

 private:
  const lode_host* host_;
};

// ---- data ----

using Action = std::vector<float>;               // cells floats
using Architecture = std::vector<std::uint8_t>;  // cells bytes, 0 or 1
using ActionView = std::span<const float>;
using ArchitectureView = std::span<const std::uint8_t>;

struct Matrix {
  std::string name;
  std::vector<std::string> row_labels;
  std::vector<std::string> column_labels;

  std::size_t rows() const { return row_labels.size(); }
  std::size_t columns() const { return column_labels.size(); }
  std::size_t cells() const { return rows() * columns(); }
};

struct Metric {
  std::string name;
  std::string unit;
  std::string doc;
  lode_direction direction = LODE_MAXIMIZE;
  lode_split split = LODE_SPLIT_NONE;
  std::string dataset{};  // "" if it comes from no data
  double epochs = 0;      // of the training behind it; 0 if there was none
  bool noisy = false;
#if LODE_TARGET_MINOR >= 1
  // The best value of all architectures that the oracle can measure, if it knows it; set from Bind
  // on.
  std::optional<double> optimum{};
#endif

  bool operator==(const Metric&) const = default;
};

// An architecture's network as a drawing.
struct Graph {
  struct Node {
    std::string group;  // the box it is in, or ""
    std::string label;
  };
  struct Edge {
    std::size_t from, to;  // positions in `nodes`
    std::string label;     // the operation on it, or ""
  };
  std::vector<Node> nodes;
  std::vector<Edge> edges;
};

#if LODE_TARGET_MINOR >= 2
// Fidelities that evaluations may have: a list or a range. Both contain 1, an oracle's full
// evaluation. A fidelity is a fraction of the full cost.
class Fidelities {
 public:
  Fidelities() = default;  // only 1
  // Throws InvalidError unless the values are in (0, 1], strictly ascending, and end with 1.
  static Fidelities List(std::vector<double> values) {
    if (values.empty() || values.back() != 1) {
      throw InvalidError("the last of a list of fidelities is 1");
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(values[i] > (i == 0 ? 0 : values[i - 1]))) {
        throw InvalidError("fidelities are above 0 and ascend, but number " +
                           std::to_string(i + 1) + " is " + std::to_string(values[i]));
      }
    }
    const double lowest = values.front();
    return Fidelities(lowest, std::move(values));
  }
  // All from `lowest` to 1. Throws InvalidError unless lowest is in (0, 1].
  static Fidelities Range(double lowest) {
    if (!(lowest > 0 && lowest <= 1)) {
      throw InvalidError("the lowest of a range of fidelities is in (0, 1], not " +
                         std::to_string(lowest));
    }
    return lowest < 1 ? Fidelities(lowest, {}) : Fidelities();
  }

  bool Serves(double fidelity) const {
    if (values_.empty()) { return lowest_ <= fidelity && fidelity <= 1; }
    return std::find(values_.begin(), values_.end(), fidelity) != values_.end();
  }
  // The list, ascending; empty for a range.
  const std::vector<double>& values() const { return values_; }
  double lowest() const { return lowest_; }

  bool operator==(const Fidelities&) const = default;

 private:
  Fidelities(double lowest, std::vector<double> values)
      : lowest_(lowest), values_(std::move(values)) {}

  double lowest_ = 1;
  std::vector<double> values_{1.0};
};

namespace detail {

// REQUIRES: a list has its values.
inline Fidelities ReadFidelities(const lode_fidelities& f) {
  if (f.count == 0) { return Fidelities::Range(f.min); }
  return Fidelities::List({f.values, f.values + f.count});
}

// The result borrows from `f`.
inline lode_fidelities ViewFidelities(const Fidelities& f) {
  const auto count = static_cast<std::uint32_t>(f.values().size());
  return {sizeof(lode_fidelities), count, count > 0 ? f.values().data() : nullptr, f.lowest()};
}

}  // namespace detail

// What an optimizer asks to evaluate, and at which of the fidelities that it was offered.
struct Proposal {
  std::variant<Action, Architecture> what;
  double fidelity = 1;
};
#endif

// One evaluation requested from an oracle; valid during Evaluate or EvaluateBatch.
struct Query {
  ArchitectureView architecture;
  double fidelity;  // one that the oracle serves; 1 if it does not declare any
  std::uint64_t seed;
  // Where ReportCost stores its number: for the SDK and for tests, may be null.
  std::optional<double>* cost = nullptr;

  // Reports how many seconds the work behind this evaluation takes: for example, the training whose
  // result a table holds. This is not the time it takes to answer, and it is the same each time for
  // the same query. The last call counts, and none counts if the evaluation fails; an oracle that
  // never calls this has no cost. Throws InvalidError unless seconds is finite and at least 0.
  void ReportCost(double seconds) const {
    if (!std::isfinite(seconds) || seconds < 0) {
      throw InvalidError("the cost of an evaluation is " + std::to_string(seconds) +
                         " seconds, expected a finite number, at least 0");
    }
    if (cost != nullptr) { *cost = seconds; }
  }
};

// One finished step, as told to an optimizer; the spans are valid during Tell.
struct Trial {
  std::uint64_t step;
  bool random;        // not asked for: drawn by the exploration strategy, given, or known
  bool failed;        // metrics, reward, objectives and violation are NaN
  bool reused;        // the result was that of an earlier or a known trial
  ActionView action;  // empty if an architecture was proposed
  ArchitectureView architecture;
  std::span<const double> metrics;
  double reward;
  std::span<const double> objectives{};  // one per goal, at least one; larger is better
  double violation = 0;                  // of the pipeline's limits; 0: meets them all
  bool rejected = false;  // broke a limit; failed is true too: asked again in the same step
#if LODE_TARGET_MINOR >= 2
  double fidelity = 1;  // of the evaluation
  // Known before the run, told before the first Ask, maybe thousands of them; random is true, too.
  // Metrics that were not measured are NaN.
  bool known = false;
#endif
};

// ---- a bound space ----

// The run's space as oracles and optimizers see it. Cheap to copy; every method may be called from
// any thread.
class Space {
 public:
  explicit Space(lode_space space) : space_(space) {
    const std::uint32_t count = space_.api->matrix_count(space_.instance);
    for (std::uint32_t i = 0; i < count; ++i) { matrices_.push_back(ReadMatrix(i)); }
    for (const Matrix& m : matrices_) { cells_ += m.cells(); }
    if (!LODE_HAS(space_.api, measure)) { return; }
    const std::uint32_t metrics = space_.api->metric_count(space_.instance);
    for (std::uint32_t i = 0; i < metrics; ++i) { metrics_.push_back(ReadMetric(i)); }
  }

  const std::vector<Matrix>& matrices() const { return matrices_; }
  std::size_t cells() const { return cells_; }
  double Log10Size() const { return space_.api->log10_size(space_.instance); }
  // The metrics that follow from the architecture alone; empty if the space computes none.
  const std::vector<Metric>& metrics() const { return metrics_; }

  bool CanMutate() const { return LODE_HAS(space_.api, mutate); }
  bool CanCrossover() const { return LODE_HAS(space_.api, crossover); }
  bool CanListNeighbours() const { return LODE_HAS(space_.api, neighbours); }
  bool HasCanonical() const { return LODE_HAS(space_.api, canonical); }
  bool CanResample() const { return LODE_HAS(space_.api, resample); }
  bool HasGraph() const { return LODE_HAS(space_.api, graph); }

  Architecture Discretize(ActionView action) const {
    return Make([&](std::uint8_t* out, lode_error* e) {
      return space_.api->discretize(space_.instance, action.data(), out, e);
    });
  }
  Architecture Sample(Random random) const {
    return Make([&](std::uint8_t* out, lode_error* e) {
      return space_.api->sample(space_.instance, random.stream(), out, e);
    });
  }
  std::string Format(ArchitectureView architecture) const {
    std::string text;
    detail::Check([&](lode_error* e) {
      return space_.api->format(space_.instance, architecture.data(), detail::SinkInto(text), e);
    });
    return text;
  }
  Architecture Parse(std::string_view text) const {
    return Make([&](std::uint8_t* out, lode_error* e) {
      return space_.api->parse(space_.instance, detail::Str(text), out, e);
    });
  }
  // REQUIRES: CanMutate().
  Architecture Mutate(Random random, ArchitectureView parent) const {
    return Make([&](std::uint8_t* out, lode_error* e) {
      return space_.api->mutate(space_.instance, random.stream(), parent.data(), out, e);
    });
  }
  // REQUIRES: CanCrossover().
  Architecture Crossover(Random random, ArchitectureView mother, ArchitectureView father) const {
    return Make([&](std::uint8_t* out, lode_error* e) {
      return space_.api->crossover(space_.instance, random.stream(), mother.data(), father.data(),
                                   out, e);
    });
  }
  // REQUIRES: CanListNeighbours().
  std::vector<Architecture> Neighbours(ArchitectureView architecture) const {
    Architecture flat;
    detail::Check([&](lode_error* e) {
      return space_.api->neighbours(space_.instance, architecture.data(), detail::SinkInto(flat),
                                    e);
    });
    std::vector<Architecture> list;
    for (auto at = flat.begin(); at != flat.end(); at += static_cast<std::ptrdiff_t>(cells_)) {
      list.emplace_back(at, at + static_cast<std::ptrdiff_t>(cells_));
    }
    return list;
  }
  // The representative of all architectures that are the same network; the architecture itself if
  // the space has no canonical forms.
  Architecture Canonical(ArchitectureView architecture) const {
    if (!HasCanonical()) { return {architecture.begin(), architecture.end()}; }
    return Make([&](std::uint8_t* out, lode_error* e) {
      return space_.api->canonical(space_.instance, architecture.data(), out, e);
    });
  }

  // REQUIRES: CanResample().
  Architecture Resample(Random random, double probability, ArchitectureView parent) const {
    return Make([&](std::uint8_t* out, lode_error* e) {
      return space_.api->resample(space_.instance, random.stream(), probability, parent.data(), out,
                                  e);
    });
  }
  // REQUIRES: HasGraph().
  lode::Graph Graph(ArchitectureView architecture) const {
    lode::Graph graph;
    const lode_graph_sink sink{
        sizeof(lode_graph_sink), 0, &graph,
        [](void* ctx, lode_str group, lode_str label) -> lode_status {
          return detail::Guard(nullptr, [&] {
            static_cast<lode::Graph*>(ctx)->nodes.push_back(
                {std::string(detail::View(group)), std::string(detail::View(label))});
          });
        },
        [](void* ctx, std::uint32_t from, std::uint32_t to, lode_str label) -> lode_status {
          return detail::Guard(nullptr, [&] {
            auto& g = *static_cast<lode::Graph*>(ctx);
            if (from >= g.nodes.size() || to >= g.nodes.size()) {
              throw InvalidError("an edge of the graph refers to a missing node");
            }
            g.edges.push_back({from, to, std::string(detail::View(label))});
          });
        }};
    detail::Check([&](lode_error* e) {
      return space_.api->graph(space_.instance, architecture.data(), &sink, e);
    });
    return graph;
  }
  // Computes metrics() of an architecture. REQUIRES: metrics has as many elements as metrics().
  void Measure(ArchitectureView architecture, std::span<double> metrics) const {
    detail::Check([&](lode_error* e) {
      return space_.api->measure(space_.instance, architecture.data(), metrics.data(), e);
    });
  }

  lode_space handle() const { return space_; }

 private:
  template <class Call>
  Architecture Make(Call&& call) const {
    Architecture out(cells_);
    detail::Check([&](lode_error* e) { return call(out.data(), e); });
    return out;
  }

  Matrix ReadMatrix(std::uint32_t index) const {
    lode_matrix m{};
    m.struct_size = sizeof m;
    detail::Check([&](lode_error* e) { return space_.api->matrix(space_.instance, index, &m, e); });
    return {m.name,
            {m.row_labels, m.row_labels + m.rows},
            {m.column_labels, m.column_labels + m.columns}};
  }

  Metric ReadMetric(std::uint32_t index) const {
    lode_metric m{};
    m.struct_size = sizeof m;
    detail::Check([&](lode_error* e) { return space_.api->metric(space_.instance, index, &m, e); });
    return {m.name,  m.unit,    m.doc,    m.direction,
            m.split, m.dataset, m.epochs, (m.flags & LODE_METRIC_NOISY) != 0};
  }

  lode_space space_;
  std::vector<Matrix> matrices_;
  std::vector<Metric> metrics_;
  std::size_t cells_ = 0;
};

#if LODE_TARGET_MINOR >= 3
// ---- relaxed networks ----

// What a relaxed network offers; lode/plugin.h says what the words mean.
struct RelaxedInfo {
  std::uint64_t training_batches = 1;  // in an epoch
  std::uint64_t validation_batches = 1;
  bool unrolled = false;    // RelaxedBatch::unrolled
  bool absent = false;      // Absent::kExact
  bool output_sum = false;  // Absent::kOutputSum
  bool reshapes = false;    // depth, operations and skip_dropout of RelaxedStart
};

struct RelaxedStart {
  std::uint64_t seed = 0;
  std::uint32_t depth = 0;        // cells; 0: as the oracle is configured
  ArchitectureView operations{};  // 0 for each operation that no mixture will use; empty: all may
  double skip_dropout = 0;        // in [0, 1)
};

// What a gradient has where the mixture is 0.
enum class Absent : lode_absent {
  kZero = LODE_ABSENT_ZERO,
  kExact = LODE_ABSENT_EXACT,
  kOutputSum = LODE_ABSENT_OUTPUT_SUM
};

// A call on one batch.
struct RelaxedBatch {
  // The virtual step that comes first.
  struct Unrolled {
    std::uint64_t inner = 0;  // the number of its training batch
    double rate = 0;          // its learning rate; 0: that of a step on this batch
  };

  lode_split split = LODE_SPLIT_TRAIN;  // or LODE_SPLIT_VALIDATION
  std::uint64_t number = 0;             // of the batch
  std::span<const double> mixture{};    // cells weights
  std::span<double> gradient{};         // out: as many, or empty if it is not needed
  Absent absent = Absent::kZero;
  std::optional<Unrolled> unrolled{};  // Measure only
};

struct RelaxedResult {
  double loss = 0;      // the mean over the batch
  double accuracy = 0;  // a fraction
};

// A relaxed network. An oracle's class implements it; an optimizer calls it.
class RelaxedNetwork {
 public:
  virtual ~RelaxedNetwork() = default;

  virtual RelaxedInfo Info() const = 0;
  // Replaces the network by a new one.
  virtual void Restart(const RelaxedStart& start) = 0;
  // Takes a step of the weights on a training batch. The result is that before the step.
  virtual RelaxedResult Step(const RelaxedBatch& batch) = 0;
  // Changes nothing.
  virtual RelaxedResult Measure(const RelaxedBatch& batch) = 0;
};

namespace detail {

// Returns the status with which a network that has `info` refuses a call, and says why.
inline lode_status RefusalOf(const RelaxedInfo& info, const RelaxedBatch& b, const char*& why) {
  for (const double weight : b.mixture) {
    if (!std::isfinite(weight)) { return why = "the mixture is not finite", LODE_E_INVALID; }
  }
  if (b.split != LODE_SPLIT_TRAIN && b.split != LODE_SPLIT_VALIDATION) {
    return why = "the split is neither training nor validation", LODE_E_INVALID;
  }
  if (b.unrolled && !info.unrolled) {
    return why = "the network has no unrolled gradients", LODE_E_UNSUPPORTED;
  }
  if (b.unrolled && !(b.unrolled->rate >= 0 && std::isfinite(b.unrolled->rate))) {
    return why = "the rate of the virtual step is negative or not finite", LODE_E_INVALID;
  }
  const bool known = b.absent == Absent::kZero || (b.absent == Absent::kExact && info.absent) ||
                     (b.absent == Absent::kOutputSum && info.output_sum);
  if (!known) { return why = "the network has no such gradients at 0", LODE_E_UNSUPPORTED; }
  return LODE_OK;
}

// A relaxed network with what its table needs.
struct RelaxedView {
  RelaxedNetwork& network;
  std::size_t cells;
};

// The table of the networks that View(lode_instance*) finds.
template <RelaxedView (*View)(lode_instance*)>
struct RelaxedTable {
  static lode_status Describe(const lode_instance* i, lode_relaxed_info* out, lode_error* e) {
    return Guard(e, [&] {
      const RelaxedInfo info = View(const_cast<lode_instance*>(i)).network.Info();
      lode_relaxed_info filled{};
      filled.struct_size = out->struct_size;
      const auto flag = [](bool set, lode_relaxed_feature feature) {
        return set ? static_cast<std::uint32_t>(feature) : 0;
      };
      filled.features = flag(info.unrolled, LODE_RELAXED_UNROLLED) |
                        flag(info.absent, LODE_RELAXED_ABSENT) |
                        flag(info.output_sum, LODE_RELAXED_OUTPUT_SUM) |
                        flag(info.reshapes, LODE_RELAXED_RESHAPES);
      filled.training_batches = info.training_batches;
      filled.validation_batches = info.validation_batches;
      std::memcpy(out, &filled, std::min<std::size_t>(filled.struct_size, sizeof filled));
    });
  }
  static lode_status Restart(lode_instance* i, const lode_relaxed_start* start, lode_error* e) {
    return Guard(e, [&] {
      const RelaxedView view = View(i);
      const bool plain =
          start->depth == 0 && start->operations == nullptr && start->skip_dropout == 0;
      if (!plain && !view.network.Info().reshapes) {
        throw UnsupportedError("the network has only the shape that the oracle is configured with");
      }
      if (!(start->skip_dropout >= 0 && start->skip_dropout < 1)) {
        throw InvalidError("the rate of a dropout is in [0, 1), not " +
                           std::to_string(start->skip_dropout));
      }
      const std::size_t count = start->operations != nullptr ? view.cells : 0;
      view.network.Restart(
          {start->seed, start->depth, {start->operations, count}, start->skip_dropout});
    });
  }
  static lode_status Step(lode_instance* i, lode_relaxed_batch* batch, lode_error* e) {
    return Guard(e, [&] {
      if (batch->split != LODE_SPLIT_TRAIN || batch->unrolled != 0) {
        throw InvalidError("a step is on a training batch, and not unrolled");
      }
      Run(i, batch, &RelaxedNetwork::Step);
    });
  }
  static lode_status Measure(lode_instance* i, lode_relaxed_batch* batch, lode_error* e) {
    return Guard(e, [&] { Run(i, batch, &RelaxedNetwork::Measure); });
  }

  static constexpr lode_relaxed_api kApi = {
      sizeof(lode_relaxed_api), 0, Describe, Restart, Step, Measure};

 private:
  static void Run(lode_instance* i, lode_relaxed_batch* out,
                  RelaxedResult (RelaxedNetwork::*method)(const RelaxedBatch&)) {
    const RelaxedView view = View(i);
    std::vector<double> gradient(out->gradient != nullptr ? view.cells : 0);
    RelaxedBatch batch{out->split,
                       out->number,
                       {out->mixture, view.cells},
                       std::span(gradient),
                       static_cast<Absent>(out->absent)};
    if (out->unrolled != 0) { batch.unrolled = {out->inner, out->rate}; }
    const char* why = "";
    const lode_status refusal = RefusalOf(view.network.Info(), batch, why);
    if (refusal != LODE_OK) { throw Error(refusal, why); }
    const RelaxedResult result = (view.network.*method)(batch);
    std::copy(gradient.begin(), gradient.end(), out->gradient);
    out->loss = result.loss;
    out->accuracy = result.accuracy;
  }
};

// The network behind a handle.
class BoundNetwork : public RelaxedNetwork {
 public:
  explicit BoundNetwork(lode_relaxed handle) : handle_(handle) {}

  RelaxedInfo Info() const override {
    lode_relaxed_info info{};
    info.struct_size = sizeof info;
    Check([&](lode_error* e) { return handle_.api->describe(handle_.instance, &info, e); });
    const auto has = [&](std::uint32_t feature) { return (info.features & feature) != 0; };
    return {info.training_batches,    info.validation_batches,      has(LODE_RELAXED_UNROLLED),
            has(LODE_RELAXED_ABSENT), has(LODE_RELAXED_OUTPUT_SUM), has(LODE_RELAXED_RESHAPES)};
  }
  void Restart(const RelaxedStart& start) override {
    const lode_relaxed_start filled{sizeof filled, start.depth, start.seed,
                                    start.operations.empty() ? nullptr : start.operations.data(),
                                    start.skip_dropout};
    Check([&](lode_error* e) { return handle_.api->restart(handle_.instance, &filled, e); });
  }
  RelaxedResult Step(const RelaxedBatch& batch) override { return Run(batch, handle_.api->step); }
  RelaxedResult Measure(const RelaxedBatch& batch) override {
    return Run(batch, handle_.api->measure);
  }

 private:
  RelaxedResult Run(const RelaxedBatch& b,
                    lode_status (*function)(lode_instance*, lode_relaxed_batch*, lode_error*)) {
    lode_relaxed_batch filled{};
    filled.struct_size = sizeof filled;
    filled.split = b.split;
    filled.mixture = b.mixture.data();
    filled.number = b.number;
    filled.absent = static_cast<lode_absent>(b.absent);
    filled.unrolled = b.unrolled ? 1 : 0;
    filled.inner = b.unrolled ? b.unrolled->inner : 0;
    filled.rate = b.unrolled ? b.unrolled->rate : 0;
    filled.gradient = b.gradient.empty() ? nullptr : b.gradient.data();
    Check([&](lode_error* e) { return function(handle_.instance, &filled, e); });
    return {filled.loss, filled.accuracy};
  }

  const lode_relaxed handle_;
};

inline RelaxedView ViewOf(lode_instance* instance) {
  return *reinterpret_cast<const RelaxedView*>(instance);
}

}  // namespace detail

// A network as a handle for optimizers. The network outlives *this, which outlives the handle.
class RelaxedHandle {
 public:
  // `cells`: of the space that the network is bound to.
  RelaxedHandle(RelaxedNetwork& network, std::size_t cells) : view_{network, cells} {}

  lode_relaxed handle() {
    return {&detail::RelaxedTable<detail::ViewOf>::kApi, reinterpret_cast<lode_instance*>(&view_)};
  }

 private:
  detail::RelaxedView view_;
};
#endif

// ---- saved state ----

class Writer {
 public:
  explicit Writer(lode_sink sink) : sink_(sink) {}

  void Bytes(const void* data, std::size_t size) {
    if (sink_.write(sink_.ctx, data, size) != LODE_OK) {
      throw IoError("writing the saved state failed");
    }
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void Value(const T& value) { Bytes(&value, sizeof value); }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void Values(std::span<const T> values) {
    Value(static_cast<std::uint64_t>(values.size()));
    Bytes(values.data(), values.size_bytes());
  }

 private:
  lode_sink sink_;
};

class Reader {
 public:
  explicit Reader(lode_source source) : source_(source) {}

  void Bytes(void* data, std::size_t size) {
    for (auto* at = static_cast<char*>(data); size > 0;) {
      const std::int64_t got = source_.read(source_.ctx, at, size);
      if (got <= 0 || static_cast<std::size_t>(got) > size) {
        throw IoError("the saved state ends too early");
      }
      at += got;
      size -= static_cast<std::size_t>(got);
    }
  }
  template <class T>
  requires std::is_trivially_copyable_v<T> T Value() {
    T value;
    Bytes(&value, sizeof value);
    return value;
  }
  // Reads what Values wrote into a span, which must have exactly as many elements.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void Values(std::span<T> values) {
    const auto count = Value<std::uint64_t>();
    if (count != values.size()) {
      throw InvalidError("the saved state has " + std::to_string(count) + " values, but " +
                         std::to_string(values.size()) + " were expected");
    }
    Bytes(values.data(), values.size_bytes());
  }

 private:
  lode_source source_;
};

// ---- parameters ----

// Bounds of a number, or of each element of a list.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool open_min = false;  // min itself is excluded
  bool open_max = false;
};

// The values a string may take; they include the default.
struct Choices {
  std::initializer_list<const char*> values;
};

// A string that names a file or directory; see LODE_T_PATH for how relative paths are resolved.
struct Path {
  bool input_file = true;  // must name a readable file, or be "" if that is the default
#if LODE_TARGET_MINOR >= 1
  bool input = false;  // without input_file: names a file or folder that is still read
#endif
};

// One parameter: its TOML key, the member of Config it sets (whose initializer is the default), a
// one-sentence description, and the allowed values.
template <class Config>
class Param {
 public:
  // T: bool, std::int64_t, double, std::string, or a std::vector of one of the last three.
  template <class T>
  Param(const char* name, T Config::*member, const char* doc, Range range = {})
      : Param(name, member, doc, range, 0) {}
  Param(const char* name, std::string Config::*member, const char* doc, Choices choices)
      : Param(name, member, doc, Range{}, 0) {
    choices_.assign(choices.values);
    choices_.push_back(nullptr);
  }
  Param(const char* name, std::string Config::*member, const char* doc, Path path)
      : Param(name, member, doc, Range{},
              path.input_file * static_cast<std::uint32_t>(LODE_PARAM_INPUT_FILE)) {
    is_path_ = true;
#if LODE_TARGET_MINOR >= 1
    flags_ |= path.input * static_cast<std::uint32_t>(LODE_PARAM_INPUT);
#endif
  }

  Param&& Unit(const char* unit) && { return unit_ = unit, std::move(*this); }
  Param&& Required() && { return flags_ |= LODE_PARAM_REQUIRED, std::move(*this); }
  Param&& LogScale() && { return flags_ |= LODE_PARAM_LOG_SCALE, std::move(*this); }
  Param&& Deprecated() && { return flags_ |= LODE_PARAM_DEPRECATED, std::move(*this); }

  // Returns the declaration; it borrows from *this and from defaults.
  lode_param Declare(const Config& defaults) {
    lode_param p{};
    p.struct_size = sizeof p;
    p.name = name_;
    p.doc = doc_;
    p.unit = unit_;
    p.min = range_.min;
    p.max = range_.max;
    p.flags = flags_;
    p.choices = choices_.empty() ? nullptr : choices_.data();
    p.default_value = write_(defaults, default_strings_);
    if (is_path_) { p.default_value.type = LODE_T_PATH; }
    if (!choices_.empty()) { p.default_value.type = LODE_T_CHOICE; }
    p.type = p.default_value.type;
    return p;
  }

  void Read(Config& config, const lode_value& value) const { read_(config, value); }

 private:
  using Strings = std::vector<lode_str>;

  template <class T>
  Param(const char* name, T Config::*member, const char* doc, Range range, std::uint32_t flags)
      : name_(name),
        doc_(doc),
        write_([member](const Config& c, Strings& strings) { return ToValue(c.*member, strings); }),
        read_([member](Config& c, const lode_value& v) { FromValue(v, c.*member); }),
        range_(range),
        flags_(flags) {
    if (range.open_min) { flags_ |= LODE_PARAM_OPEN_MIN; }
    if (range.open_max) { flags_ |= LODE_PARAM_OPEN_MAX; }
  }

  static lode_value Blank(lode_type type, std::size_t count = 0) {
    lode_value v{};
    v.type = type;
    v.count = static_cast<std::uint32_t>(count);
    return v;
  }
  static lode_value ToValue(bool b, Strings&) {
    lode_value v = Blank(LODE_T_BOOL);
    v.as.b = b;
    return v;
  }
  static lode_value ToValue(std::int64_t i, Strings&) {
    lode_value v = Blank(LODE_T_INT);
    v.as.i = i;
    return v;
  }
  static lode_value ToValue(double r, Strings&) {
    lode_value v = Blank(LODE_T_REAL);
    v.as.r = r;
    return v;
  }
  static lode_value ToValue(const std::string& s, Strings&) {
    lode_value v = Blank(LODE_T_STRING);
    v.as.s = detail::Str(s);
    return v;
  }
  static lode_value ToValue(const std::vector<std::int64_t>& list, Strings&) {
    lode_value v = Blank(LODE_T_INT_LIST, list.size());
    v.as.ints = list.data();
    return v;
  }
  static lode_value ToValue(const std::vector<double>& list, Strings&) {
    lode_value v = Blank(LODE_T_REAL_LIST, list.size());
    v.as.reals = list.data();
    return v;
  }
  static lode_value ToValue(const std::vector<std::string>& list, Strings& strings) {
    for (const std::string& s : list) { strings.push_back(detail::Str(s)); }
    lode_value v = Blank(LODE_T_STRING_LIST, list.size());
    v.as.strs = strings.data();
    return v;
  }

  static void FromValue(const lode_value& v, bool& out) { out = v.as.b; }
  static void FromValue(const lode_value& v, std::int64_t& out) { out = v.as.i; }
  static void FromValue(const lode_value& v, double& out) { out = v.as.r; }
  static void FromValue(const lode_value& v, std::string& out) { out = detail::View(v.as.s); }
  static void FromValue(const lode_value& v, std::vector<std::int64_t>& out) {
    out.assign(v.as.ints, v.as.ints + v.count);
  }
  static void FromValue(const lode_value& v, std::vector<double>& out) {
    out.assign(v.as.reals, v.as.reals + v.count);
  }
  static void FromValue(const lode_value& v, std::vector<std::string>& out) {
    out.clear();
    for (std::uint32_t i = 0; i < v.count; ++i) { out.emplace_back(detail::View(v.as.strs[i])); }
  }

  const char* name_;
  const char* doc_;
  const char* unit_ = "";
  std::function<lode_value(const Config&, Strings&)> write_;
  std::function<void(Config&, const lode_value&)> read_;
  Range range_;
  std::uint32_t flags_;
  bool is_path_ = false;
  std::vector<const char*> choices_;
  Strings default_strings_;
};

template <class Config>
using Params = std::vector<Param<Config>>;

// A value in a preset; it has the parameter's own type.
using PresetValue = std::variant<bool, std::int64_t, double, const char*>;

struct Preset {
  const char* name;
  const char* doc;
  std::vector<std::pair<const char*, PresetValue>> settings;
};
using Presets = std::vector<Preset>;

// ---- components ----

namespace detail {

template <class T>
concept DeclaresParameters = requires {
  T::Parameters();
};
template <class T>
concept DeclaresPresets = requires {
  T::Presets();
};
template <class T>
concept Saves = requires(T t, const T c, Writer w, Reader r) {
  c.Save(w), t.Load(r);
};

// Whether a number lies within a parameter's bounds; false for NaN.
inline bool InRange(const lode_param& p, double number) {
  const bool above = (p.flags & LODE_PARAM_OPEN_MIN) != 0 ? number > p.min : number >= p.min;
  const bool below = (p.flags & LODE_PARAM_OPEN_MAX) != 0 ? number < p.max : number <= p.max;
  return above && below;
}

// Whether a value is allowed for a parameter.
inline bool Allows(const lode_param& p, const lode_value& value) {
  const auto in_range = [&](auto number) { return InRange(p, static_cast<double>(number)); };
  switch (value.type == p.type ? p.type : 0) {
    case LODE_T_INT:
      return in_range(value.as.i);
    case LODE_T_REAL:
      return in_range(value.as.r);
    case LODE_T_INT_LIST:
      return std::all_of(value.as.ints, value.as.ints + value.count, in_range);
    case LODE_T_REAL_LIST:
      return std::all_of(value.as.reals, value.as.reals + value.count, in_range);
    case LODE_T_CHOICE:
      for (auto at = p.choices; at != nullptr && *at != nullptr; ++at) {
        if (View(value.as.s) == *at) { return true; }
      }
      return false;
    default:
      return value.type == p.type;
  }
}

// The declaration tables of T, made once; they live until the process ends.
template <class T>
class Declaration {
 public:
  using Config = typename T::Config;

  Declaration() {
    if constexpr (DeclaresParameters<T>) { params_ = T::Parameters(); }
    for (auto& p : params_) { table_.push_back(p.Declare(defaults_)); }
    if constexpr (DeclaresPresets<T>) {
      presets_ = T::Presets();
      DeclarePresets();
    }
  }
  Declaration(const Declaration&) = delete;

  const std::vector<lode_param>& table() const { return table_; }
  const std::vector<lode_preset>& presets() const { return preset_table_; }

  Config Read(const lode_value* values) const {
    Config config;
    for (std::size_t i = 0; i < params_.size(); ++i) {
      if (!Allows(table_[i], values[i])) {
        throw InvalidError(std::string("'") + table_[i].name + "' has a value that is not allowed");
      }
      params_[i].Read(config, values[i]);
    }
    return config;
  }

 private:
  void DeclarePresets() {
    for (const Preset& preset : presets_) {
      auto& settings = settings_.emplace_back();
      for (const auto& [name, value] : preset.settings) {
        settings.push_back({name, ToValue(name, value)});
      }
    }
    for (std::size_t i = 0; i < presets_.size(); ++i) {
      preset_table_.push_back({sizeof(lode_preset), static_cast<std::uint32_t>(settings_[i].size()),
                               presets_[i].name, presets_[i].doc, settings_[i].data()});
    }
  }

  lode_value ToValue(std::string_view name, const PresetValue& value) const {
    lode_value v{};
    for (const lode_param& p : table_) {
      if (name == p.name) { v.type = p.type; }
    }
    if (const auto* b = std::get_if<bool>(&value)) { v.as.b = *b; }
    if (const auto* i = std::get_if<std::int64_t>(&value)) { v.as.i = *i; }
    if (const auto* r = std::get_if<double>(&value)) { v.as.r = *r; }
    if (const auto* s = std::get_if<const char*>(&value)) { v.as.s = Str(*s); }
    return v;
  }

  Config defaults_;
  Params<Config> params_;
  std::vector<lode_param> table_;
  lode::Presets presets_;
  std::vector<std::vector<lode_setting>> settings_;
  std::vector<lode_preset> preset_table_;
};

template <class T>
const Declaration<T>& DeclarationOf() {
  static const Declaration<T> declaration;
  return declaration;
}

// The object behind a lode_instance: the author's object and the data that its kind keeps with it.
template <class T, class Extra>
struct Box {
  Box(const lode_host* host, const lode_value* values)
      : object(Host(host), DeclarationOf<T>().Read(values)), extra(object) {}

  static Box& Of(lode_instance* instance) { return *reinterpret_cast<Box*>(instance); }
  static const Box& Of(const lode_instance* instance) {
    return *reinterpret_cast<const Box*>(instance);
  }

  T object;
  Extra extra;
};

template <class T, class Extra>
lode_component MakeComponent(lode_kind kind, const char* id, const char* version,
                             const char* summary, const char* doc, std::uint32_t capabilities,
                             const void* api) {
  using B = Box<T, Extra>;
  const auto& declaration = DeclarationOf<T>();
  lode_component c{};
  c.struct_size = sizeof c;
  c.kind = kind;
  c.id = id;
  c.version = version;
  c.summary = summary;
  c.doc = doc;
  c.capabilities = capabilities;
  c.params = declaration.table().data();
  c.param_count = static_cast<std::uint32_t>(declaration.table().size());
  c.presets = declaration.presets().data();
  c.preset_count = static_cast<std::uint32_t>(declaration.presets().size());
  c.api = api;
  c.create = [](const lode_host* host, const lode_value* values, lode_instance** out,
                lode_error* error) {
    return Guard(error, [&] { *out = reinterpret_cast<lode_instance*>(new B(host, values)); });
  };
  c.destroy = [](lode_instance* instance) { delete &B::Of(instance); };
  if constexpr (Saves<T>) {
    c.save = [](const lode_instance* instance, lode_sink sink, lode_error* error) {
      return Guard(error, [&] {
        Writer writer(sink);
        B::Of(instance).object.Save(writer);
      });
    };
    c.load = [](lode_instance* instance, lode_source source, lode_error* error) {
      return Guard(error, [&] {
        Reader reader(source);
        B::Of(instance).object.Load(reader);
      });
    };
  }
  return c;
}

// A list of strings as a C array of pointers.
class CStrings {
 public:
  explicit CStrings(const std::vector<std::string>& strings) {
    for (const std::string& s : strings) { pointers_.push_back(s.c_str()); }
  }
  const char* const* data() const { return pointers_.data(); }

 private:
  std::vector<const char*> pointers_;
};

template <class T>
struct SpaceExtra {
  explicit SpaceExtra(const T& object) : matrices(object.Matrices()) {
    for (const Matrix& m : matrices) {
      rows.emplace_back(m.row_labels);
      columns.emplace_back(m.column_labels);
      cells += m.cells();
    }
    if constexpr (requires { &T::Measure; }) { metrics = object.Metrics(); }
  }
  ArchitectureView View(const std::uint8_t* bytes) const { return {bytes, cells}; }

  std::vector<Matrix> matrices;
  std::vector<CStrings> rows, columns;
  std::vector<Metric> metrics;
  std::size_t cells = 0;
};

// Fills a struct that belongs to the caller, which may be older and know fewer fields.
template <class T>
void Put(T filled, T* out) {
  filled.struct_size = out->struct_size;
  std::memcpy(out, &filled, std::min<std::size_t>(filled.struct_size, sizeof filled));
}

inline void Describe(const std::vector<Metric>& metrics, std::uint32_t index, lode_metric* out) {
  if (index >= metrics.size()) { throw InvalidError("no metric " + std::to_string(index)); }
  const Metric& m = metrics[index];
  lode_metric filled{};
  filled.direction = m.direction;
  filled.split = m.split;
  filled.flags = m.noisy ? static_cast<std::uint32_t>(LODE_METRIC_NOISY) : 0;
  filled.name = m.name.c_str();
  filled.unit = m.unit.c_str();
  filled.doc = m.doc.c_str();
  filled.dataset = m.dataset.c_str();
  filled.epochs = m.epochs;
#if LODE_TARGET_MINOR >= 1
  filled.flags |= m.optimum ? static_cast<std::uint32_t>(LODE_METRIC_OPTIMUM) : 0;
  filled.optimum = m.optimum.value_or(0);
#endif
  Put(filled, out);
}

// Takes the metrics of a bound oracle. Metrics that did not change keep their strings, since
// pointers to these were returned before.
inline void TakeMetrics(std::vector<Metric> bound, std::vector<Metric>& metrics) {
#if LODE_TARGET_MINOR >= 1
  for (std::size_t i = 0; i < std::min(bound.size(), metrics.size()); ++i) {
    metrics[i].optimum = bound[i].optimum;
  }
#endif
  if (bound != metrics) { metrics = std::move(bound); }
}

template <class T>
struct OracleExtra {
  explicit OracleExtra(const T& object) : metrics(object.Metrics()) {}
  void RequireBound(const char* call) const {
    if (cells == 0) { throw InvalidError(std::string(call) + " before bind"); }
  }
  std::vector<Metric> metrics;
  std::size_t cells = 0;  // 0 until bound
#if LODE_TARGET_MINOR >= 2
  Fidelities fidelities;  // constant from bind on
#endif
};

struct NoExtra {
  template <class T>
  explicit NoExtra(const T&) {}
};

struct OptimizerExtra {
  template <class T>
  explicit OptimizerExtra(const T&) {}
  void RequireBound(const char* call) const {
    if (cells == 0) { throw InvalidError(std::string(call) + " before bind"); }
  }
  std::size_t cells = 0;
#if LODE_TARGET_MINOR >= 2
  Fidelities offered;
#endif
#if LODE_TARGET_MINOR >= 3
  std::optional<BoundNetwork> network;
#endif
};

}  // namespace detail

namespace detail {

template <class T>
struct SpaceTable {
  using B = Box<T, SpaceExtra<T>>;
  using Bytes = std::uint8_t*;
  using ConstBytes = const std::uint8_t*;

  static std::uint32_t MatrixCount(const lode_instance* i) {
    return static_cast<std::uint32_t>(B::Of(i).extra.matrices.size());
  }
  static lode_status Matrix(const lode_instance* i, std::uint32_t index, lode_matrix* out,
                            lode_error* e) {
    return Guard(e, [&] {
      const auto& x = B::Of(i).extra;
      if (index >= x.matrices.size()) { throw InvalidError("no matrix " + std::to_string(index)); }
      const lode::Matrix& m = x.matrices[index];
      Put({0, static_cast<std::uint32_t>(m.rows()), static_cast<std::uint32_t>(m.columns()), 0,
           m.name.c_str(), x.rows[index].data(), x.columns[index].data()},
          out);
    });
  }
  // NaN if it throws.
  static double Log10Size(const lode_instance* i) {
    double size = std::numeric_limits<double>::quiet_NaN();
    Guard(nullptr, [&] { size = B::Of(i).object.Log10Size(); });
    return size;
  }
  static lode_status Discretize(const lode_instance* i, const float* action, Bytes out,
                                lode_error* e) {
    return Guard(e, [&] {
      const ActionView view{action, B::Of(i).extra.cells};
      for (std::size_t k = 0; k < view.size(); ++k) {
        if (!std::isfinite(view[k])) {
          throw InvalidError("cell " + std::to_string(k) + " of the action is not finite");
        }
      }
      Fill(i, out, [&](const T& t, auto, auto scratch) { t.Discretize(view, scratch); });
    });
  }
  static lode_status Sample(const lode_instance* i, lode_random random, Bytes out, lode_error* e) {
    return Guard(e, [&] {
      Fill(i, out, [&](const T& t, auto, auto scratch) { t.Sample(Random(random), scratch); });
    });
  }
  static lode_status Format(const lode_instance* i, ConstBytes bytes, lode_sink sink,
                            lode_error* e) {
    return Guard(e, [&] {
      const B& b = B::Of(i);
      const std::string text = b.object.Format(b.extra.View(bytes));
      if (sink.write(sink.ctx, text.data(), text.size()) != LODE_OK) {
        throw IoError("the text could not be written");
      }
    });
  }
  static lode_status Parse(const lode_instance* i, lode_str text, Bytes out, lode_error* e) {
    return Guard(e, [&] {
      Fill(i, out, [&](const T& t, auto, auto scratch) { t.Parse(View(text), scratch); });
    });
  }
  static lode_status Mutate(const lode_instance* i, lode_random random, ConstBytes parent,
                            Bytes out, lode_error* e) {
    return Guard(e, [&] {
      Fill(i, out, [&](const T& t, auto view, auto scratch) {
        t.Mutate(Random(random), view(parent), scratch);
      });
    });
  }
  static lode_status Crossover(const lode_instance* i, lode_random random, ConstBytes mother,
                               ConstBytes father, Bytes out, lode_error* e) {
    return Guard(e, [&] {
      Fill(i, out, [&](const T& t, auto view, auto scratch) {
        t.Crossover(Random(random), view(mother), view(father), scratch);
      });
    });
  }
  static lode_status Neighbours(const lode_instance* i, ConstBytes bytes, lode_sink sink,
                                lode_error* e) {
    return Guard(e, [&] {
      const B& b = B::Of(i);
      for (const Architecture& n : b.object.Neighbours(b.extra.View(bytes))) {
        if (sink.write(sink.ctx, n.data(), n.size()) != LODE_OK) {
          throw IoError("a neighbor could not be written");
        }
      }
    });
  }
  static lode_status Canonical(const lode_instance* i, ConstBytes bytes, Bytes out, lode_error* e) {
    return Guard(e, [&] {
      Fill(i, out, [&](const T& t, auto view, auto scratch) { t.Canonical(view(bytes), scratch); });
    });
  }
  static lode_status Resample(const lode_instance* i, lode_random random, double probability,
                              ConstBytes parent, Bytes out, lode_error* e) {
    return Guard(e, [&] {
      if (!(probability >= 0 && probability <= 1)) {
        throw InvalidError("a probability is in [0, 1], not " + std::to_string(probability));
      }
      Fill(i, out, [&](const T& t, auto view, auto scratch) {
        t.Resample(Random(random), probability, view(parent), scratch);
      });
    });
  }
  static lode_status Graph(const lode_instance* i, ConstBytes bytes, const lode_graph_sink* sink,
                           lode_error* e) {
    return Guard(e, [&] {
      const B& b = B::Of(i);
      const lode::Graph graph = b.object.Graph(b.extra.View(bytes));
      const auto check = [](lode_status status) {
        if (status != LODE_OK) { throw IoError("the graph could not be written"); }
      };
      for (const auto& [group, label] : graph.nodes) {
        check(sink->node(sink->ctx, Str(group), Str(label)));
      }
      for (const auto& [from, to, label] : graph.edges) {
        check(sink->edge(sink->ctx, static_cast<std::uint32_t>(from),
                         static_cast<std::uint32_t>(to), Str(label)));
      }
    });
  }
  static std::uint32_t MetricCount(const lode_instance* i) {
    return static_cast<std::uint32_t>(B::Of(i).extra.metrics.size());
  }
  static lode_status Metric(const lode_instance* i, std::uint32_t index, lode_metric* out,
                            lode_error* e) {
    return Guard(e, [&] { Describe(B::Of(i).extra.metrics, index, out); });
  }
  static lode_status Measure(const lode_instance* i, ConstBytes bytes, double* out, lode_error* e) {
    return Guard(e, [&] {
      const B& b = B::Of(i);
      std::vector<double> scratch(b.extra.metrics.size());
      b.object.Measure(b.extra.View(bytes), std::span(scratch));
      std::copy(scratch.begin(), scratch.end(), out);
    });
  }

  static lode_space_api Make() {
    lode_space_api a{};
    a.struct_size = sizeof a;
    a.matrix_count = MatrixCount;
    a.matrix = Matrix;
    a.log10_size = Log10Size;
    a.discretize = Discretize;
    a.sample = Sample;
    a.format = Format;
    a.parse = Parse;
    if constexpr (requires { &T::Mutate; }) { a.mutate = Mutate; }
    if constexpr (requires { &T::Crossover; }) { a.crossover = Crossover; }
    if constexpr (requires { &T::Neighbours; }) { a.neighbours = Neighbours; }
    if constexpr (requires { &T::Canonical; }) { a.canonical = Canonical; }
    if constexpr (requires { &T::Resample; }) { a.resample = Resample; }
    if constexpr (requires { &T::Graph; }) { a.graph = Graph; }
    if constexpr (requires { &T::Measure; }) {
      a.metric_count = MetricCount;
      a.metric = Metric;
      a.measure = Measure;
    }
    return a;
  }

 private:
  // Lets `fill` write a zeroed scratch architecture and copies it out, so that a throw leaves `out`
  // untouched.
  template <class Body>
  static void Fill(const lode_instance* i, Bytes out, Body&& fill) {
    const B& b = B::Of(i);
    Architecture scratch(b.extra.cells);
    fill(
        b.object, [&](ConstBytes bytes) { return b.extra.View(bytes); }, std::span(scratch));
    std::copy(scratch.begin(), scratch.end(), out);
  }
};

}  // namespace detail

// SPACE. T has
//   std::vector<lode::Matrix> Matrices() const;                // constant after construction
//   double Log10Size() const;
//   void Discretize(ActionView action, std::span<std::uint8_t> out) const;   // action is finite
//   void Sample(Random, std::span<std::uint8_t> out) const;
//   std::string Format(ArchitectureView) const;                // throws if it is invalid
//   void Parse(std::string_view, std::span<std::uint8_t> out) const;
// and may have
//   void Mutate(Random, ArchitectureView parent, std::span<std::uint8_t> child) const;
//   void Crossover(Random, ArchitectureView mother, ArchitectureView father,
//                  std::span<std::uint8_t> child) const;
//   std::vector<Architecture> Neighbours(ArchitectureView) const;
//   void Canonical(ArchitectureView, std::span<std::uint8_t> representative) const;
//   void Resample(Random, double probability, ArchitectureView parent,
//                 std::span<std::uint8_t> child) const;
//   lode::Graph Graph(ArchitectureView) const;
//   std::vector<lode::Metric> Metrics() const;                 // with Measure; constant
//   void Measure(ArchitectureView, std::span<double> metrics) const;
// Output spans are zeroed.
template <class T>
const lode_component* SpaceComponent(const char* id, const char* version, const char* summary,
                                     const char* doc = "") {
  static const lode_space_api api = detail::SpaceTable<T>::Make();
  static const lode_component component = detail::MakeComponent<T, detail::SpaceExtra<T>>(
      LODE_SPACE, id, version, summary, doc, 0, &api);
  return &component;
}

namespace detail {

// Evaluates the queries of one call of an oracle's evaluate.
template <class T>
struct Evaluation {
  T& object;
  const OracleExtra<T>& extra;

  void Run(lode_query* queries, std::uint32_t count) {
    if (count > 1 && TryTogether(queries, count)) { return; }
    std::vector<double> row(extra.metrics.size());
    for (std::uint32_t k = 0; k < count; ++k) {
      lode_query& q = *LODE_AT(queries, k);
      q.status = Guard(q.error, [&] {
        std::optional<double> cost;
        const Query query = View(q, &cost);
        if constexpr (requires { &T::EvaluateBatch; }) {
          object.EvaluateBatch(std::span(&query, 1), std::span(row));
        } else {
          object.Evaluate(query, std::span(row));
        }
        Fill(q, row.data(), cost);
      });
    }
  }

 private:
  Query View(const lode_query& q, std::optional<double>* cost) const {
#if LODE_TARGET_MINOR >= 2
    if constexpr (requires { &T::Fidelities; }) {
      if (!extra.fidelities.Serves(q.fidelity)) {
        throw InvalidError("fidelity " + std::to_string(q.fidelity) + " is not served");
      }
    }
#endif
    return {{q.architecture, extra.cells}, q.fidelity, q.seed, cost};
  }

  void Fill(lode_query& q, const double* row, std::optional<double> cost) const {
    std::copy_n(row, extra.metrics.size(), q.metrics);
    if (cost) { q.cost_seconds = *cost; }
  }

  bool TryTogether(lode_query* queries, std::uint32_t count) {
    if constexpr (requires { &T::EvaluateBatch; }) {
      std::vector<Query> views;
      std::vector<std::optional<double>> costs(count);
      std::vector<double> rows(count * extra.metrics.size());
      if (Guard(nullptr, [&] {
            views.reserve(count);
            for (std::uint32_t k = 0; k < count; ++k) {
              views.push_back(View(*LODE_AT(queries, k), &costs[k]));
            }
            object.EvaluateBatch(std::span<const Query>(views), std::span(rows));
          }) != LODE_OK) {
        return false;
      }
      for (std::uint32_t k = 0; k < count; ++k) {
        lode_query& q = *LODE_AT(queries, k);
        Fill(q, rows.data() + k * extra.metrics.size(), costs[k]);
        q.status = LODE_OK;
      }
      return true;
    }
    return false;
  }
};

template <class T>
struct OracleTable {
  using B = Box<T, OracleExtra<T>>;

  static std::uint32_t MetricCount(const lode_instance* i) {
    return static_cast<std::uint32_t>(B::Of(i).extra.metrics.size());
  }
  static lode_status Metric(const lode_instance* i, std::uint32_t index, lode_metric* out,
                            lode_error* e) {
    return Guard(e, [&] { Describe(B::Of(i).extra.metrics, index, out); });
  }
  static lode_status Bind(lode_instance* i, lode_space space, lode_error* e) {
    return Guard(e, [&] {
      const Space bound(space);
      B& b = B::Of(i);
      b.object.Bind(bound);
      TakeMetrics(b.object.Metrics(), b.extra.metrics);
#if LODE_TARGET_MINOR >= 2
      if constexpr (requires { &T::Fidelities; }) { b.extra.fidelities = b.object.Fidelities(); }
#endif
      b.extra.cells = bound.cells();
    });
  }
  static lode_status Evaluate(lode_instance* i, lode_query* queries, std::uint32_t count,
                              lode_error* e) {
    return Guard(e, [&] {
      B& b = B::Of(i);
      b.extra.RequireBound("evaluate");
      Evaluation<T>{b.object, b.extra}.Run(queries, count);
    });
  }
  static lode_status Prepare(lode_instance* i, lode_str directory, lode_error* e) {
    return Guard(e, [&] {
      B& b = B::Of(i);
      b.extra.RequireBound("prepare");
      b.object.Prepare(std::filesystem::path(View(directory)));
    });
  }
#if LODE_TARGET_MINOR >= 2
  static lode_status Fidelities(const lode_instance* i, lode_fidelities* out, lode_error* e) {
    return Guard(e, [&] {
      const B& b = B::Of(i);
      b.extra.RequireBound("fidelities");
      Put(ViewFidelities(b.extra.fidelities), out);
    });
  }
#endif

#if LODE_TARGET_MINOR >= 3
  static RelaxedView Relaxed(lode_instance* i) {
    B& b = B::Of(i);
    b.extra.RequireBound("the relaxed network");
    return {b.object.Relaxed(), b.extra.cells};
  }
#endif

  static lode_oracle_api Make() {
    lode_oracle_api a{};
    a.struct_size = sizeof a;
    a.metric_count = MetricCount;
    a.metric = Metric;
    a.bind = Bind;
    a.evaluate = Evaluate;
    if constexpr (requires { &T::Prepare; }) {
#if LODE_TARGET_MINOR >= 1
      a.prepare = Prepare;
#else
      static_assert(!std::is_class_v<T>, "Prepare needs a LODE_TARGET_MINOR of 1 at least");
#endif
    }
    if constexpr (requires { &T::Fidelities; }) {
#if LODE_TARGET_MINOR >= 2
      a.fidelities = Fidelities;
#else
      static_assert(!std::is_class_v<T>, "Fidelities needs a LODE_TARGET_MINOR of 2 at least");
#endif
    }
    if constexpr (requires { &T::Relaxed; }) {
#if LODE_TARGET_MINOR >= 3
      static_assert(Saves<T>, "an oracle with a relaxed network has Save and Load");
      a.relaxed = &RelaxedTable<Relaxed>::kApi;
#else
      static_assert(!std::is_class_v<T>, "Relaxed needs a LODE_TARGET_MINOR of 3 at least");
#endif
    }
    return a;
  }

  // What follows from the methods that T has.
  static constexpr std::uint32_t Capabilities() {
    std::uint32_t capabilities = 0;
#if LODE_TARGET_MINOR >= 2
    if constexpr (requires { &T::EvaluateBatch; }) { capabilities |= LODE_CAP_BATCH; }
#endif
#if LODE_TARGET_MINOR >= 3
    if constexpr (requires { &T::Relaxed; }) { capabilities |= LODE_CAP_RELAXED; }
#endif
    return capabilities;
  }
};

}  // namespace detail

// ORACLE. T has
//   std::vector<lode::Metric> Metrics() const;                 // constant after Bind
//   void Bind(lode::Space);                                    // may throw UnsupportedError
//   void Evaluate(const Query&, std::span<double> metrics);    // throws if this evaluation fails
// or, where evaluating many at once is faster than one by one, instead of Evaluate
//   void EvaluateBatch(std::span<const Query>, std::span<double> metrics);  // a row for each query
// which is declared as LODE_CAP_BATCH. If EvaluateBatch throws, it is called again for each query
// alone, so that only the faulty ones fail. Either may report what a query costs with
// Query::ReportCost, for budgets that count simulated seconds. T may have
//   void Prepare(const std::filesystem::path& directory);      // before the first Evaluate
//   lode::Fidelities Fidelities() const;                       // constant after Bind; without: 1
//   lode::RelaxedNetwork& Relaxed();                           // from Bind on; with Save and Load
// Queries of a fidelity that Fidelities() does not have are refused before they reach T.
template <class T>
const lode_component* OracleComponent(const char* id, const char* version, const char* summary,
                                      const char* doc = "", std::uint32_t capabilities = 0) {
  using Table = detail::OracleTable<T>;
  static const lode_oracle_api api = Table::Make();
  static const lode_component component = detail::MakeComponent<T, detail::OracleExtra<T>>(
      LODE_ORACLE, id, version, summary, doc, capabilities | Table::Capabilities(), &api);
  return &component;
}

// EXPLORATION. T has at least one of
//   bool Explore(std::uint64_t step);                          // whether to take a random action
//   void Perturb(std::uint64_t step, std::span<float> action);
template <class T>
const lode_component* ExplorationComponent(const char* id, const char* version, const char* summary,
                                           const char* doc = "") {
  using B = detail::Box<T, detail::NoExtra>;
  using detail::Guard;
  static const lode_exploration_api api = [] {
    lode_exploration_api a{};
    a.struct_size = sizeof a;
    if constexpr (requires { &T::Explore; }) {
      a.explore = [](lode_instance* i, std::uint64_t step, bool* random, lode_error* e) {
        return Guard(e, [&] { *random = B::Of(i).object.Explore(step); });
      };
    }
    if constexpr (requires { &T::Perturb; }) {
      a.perturb = [](lode_instance* i, std::uint64_t step, float* action, std::uint32_t cells,
                     lode_error* e) {
        return Guard(e, [&] {
          Action scratch(action, action + cells);
          B::Of(i).object.Perturb(step, std::span(scratch));
          std::copy(scratch.begin(), scratch.end(), action);
        });
      };
    }
    return a;
  }();
  static const lode_component component = detail::MakeComponent<T, detail::NoExtra>(
      LODE_EXPLORATION, id, version, summary, doc, 0, &api);
  return &component;
}

namespace detail {

// A host without support for several goals has one.
inline std::span<const double> Objectives(const lode_trial& t) {
  if (LODE_HAS(&t, objectives)) { return {t.objectives, t.objective_count}; }
  return {&t.reward, 1};
}

inline double Violation(const lode_trial& t) {
  return LODE_REACHES(&t, violation) ? t.violation : 0.0;
}

inline Trial ReadTrial(const lode_trial& t, std::size_t cells) {
  const auto has = [&](std::uint32_t flag) { return (t.flags & flag) != 0; };
  Trial trial{.step = t.step,
              .random = has(LODE_TRIAL_RANDOM),
              .failed = has(LODE_TRIAL_FAILED),
              .reused = has(LODE_TRIAL_REUSED),
              .action = {t.action, t.action != nullptr ? cells : 0},
              .architecture = {t.architecture, cells},
              .metrics = {t.metrics, t.metric_count},
              .reward = t.reward,
              .objectives = Objectives(t),
              .violation = Violation(t),
              .rejected = has(LODE_TRIAL_REJECTED)};
#if LODE_TARGET_MINOR >= 2
  if (LODE_REACHES(&t, fidelity)) { trial.fidelity = t.fidelity; }
  trial.known = has(LODE_TRIAL_KNOWN);
#endif
  return trial;
}

// Copies what an optimizer proposes into the caller's buffers.
inline void PutProposal(const std::variant<Action, Architecture>& what, const OptimizerExtra& extra,
                        lode_proposal* out) {
  if (const auto* action = std::get_if<Action>(&what)) {
    if (action->size() != extra.cells) {
      throw InvalidError("the proposed action has the wrong size");
    }
    std::copy(action->begin(), action->end(), out->action);
    out->kind = LODE_PROPOSES_ACTION;
  } else {
    const auto& architecture = std::get<Architecture>(what);
    if (architecture.size() != extra.cells) {
      throw InvalidError("the proposed architecture has the wrong size");
    }
    std::copy(architecture.begin(), architecture.end(), out->architecture);
    out->kind = LODE_PROPOSES_ARCHITECTURE;
  }
}

#if LODE_TARGET_MINOR >= 2
// A host that has no fidelities does not offer any either.
inline void PutProposal(const Proposal& proposal, const OptimizerExtra& extra, lode_proposal* out) {
  if (!extra.offered.Serves(proposal.fidelity)) {
    throw InvalidError("the proposed fidelity " + std::to_string(proposal.fidelity) +
                       " was not offered");
  }
  PutProposal(proposal.what, extra, out);
  if (LODE_REACHES(out, fidelity)) { out->fidelity = proposal.fidelity; }
}
#endif

template <class T>
struct OptimizerTable {
  using B = Box<T, OptimizerExtra>;

  static lode_status Bind(lode_instance* i, lode_space space, lode_error* e) {
    return Guard(e, [&] {
      const Space bound(space);
      B::Of(i).object.Bind(bound);
      B::Of(i).extra.cells = bound.cells();
    });
  }
  static lode_status Ask(lode_instance* i, lode_proposal* out, lode_error* e) {
    return Guard(e, [&] {
      B& b = B::Of(i);
      b.extra.RequireBound("ask");
#if LODE_TARGET_MINOR >= 3
      if constexpr (requires { &T::Connect; }) {
        if (!b.extra.network) {
          throw UnsupportedError("trains a relaxed network, but the host gives it none");
        }
      }
#endif
      PutProposal(b.object.Ask(), b.extra, out);
    });
  }
  static lode_status Tell(lode_instance* i, const lode_trial* trials, std::uint32_t count,
                          lode_error* e) {
    return Guard(e, [&] {
      B& b = B::Of(i);
      b.extra.RequireBound("tell");
      for (std::uint32_t k = 0; k < count; ++k) {
        b.object.Tell(ReadTrial(*LODE_AT(trials, k), b.extra.cells));
      }
    });
  }
  static bool Exhausted(const lode_instance* i) { return B::Of(i).object.Exhausted(); }
#if LODE_TARGET_MINOR >= 2
  static lode_status Offer(lode_instance* i, const lode_fidelities* fidelities, lode_error* e) {
    return Guard(e, [&] {
      B& b = B::Of(i);
      b.extra.RequireBound("offer");
      const Fidelities offered = ReadFidelities(*fidelities);
      b.object.Offer(offered);
      b.extra.offered = offered;
    });
  }
#endif

#if LODE_TARGET_MINOR >= 3
  static lode_status Connect(lode_instance* i, lode_relaxed network, lode_error* e) {
    return Guard(e, [&] {
      B& b = B::Of(i);
      b.extra.RequireBound("connect");
      b.object.Connect(b.extra.network.emplace(network));
    });
  }
#endif

  static lode_optimizer_api Make() {
    lode_optimizer_api a{};
    a.struct_size = sizeof a;
    a.bind = Bind;
    a.ask = Ask;
    a.tell = Tell;
    if constexpr (requires { &T::Exhausted; }) {
#if LODE_TARGET_MINOR >= 1
      a.exhausted = Exhausted;
#else
      static_assert(!std::is_class_v<T>, "Exhausted needs a LODE_TARGET_MINOR of 1 at least");
#endif
    }
    if constexpr (requires { &T::Offer; }) {
#if LODE_TARGET_MINOR >= 2
      a.offer = Offer;
#else
      static_assert(!std::is_class_v<T>, "Offer needs a LODE_TARGET_MINOR of 2 at least");
#endif
    } else {
#if LODE_TARGET_MINOR >= 2
      static_assert(!std::is_same_v<decltype(std::declval<T&>().Ask()), Proposal>,
                    "an optimizer that proposes fidelities has Offer");
#endif
    }
    if constexpr (requires { &T::Connect; }) {
#if LODE_TARGET_MINOR >= 3
      static_assert(Saves<T>, "an optimizer that trains a relaxed network has Save and Load");
      a.connect = Connect;
#else
      static_assert(!std::is_class_v<T>, "Connect needs a LODE_TARGET_MINOR of 3 at least");
#endif
    }
    return a;
  }

  // What follows from the methods that T has.
  static constexpr std::uint32_t Capabilities() {
#if LODE_TARGET_MINOR >= 3
    if constexpr (requires { &T::Connect; }) { return LODE_CAP_RELAXED | LODE_CAP_EXPLORES; }
#endif
    return 0;
  }
};

}  // namespace detail

// OPTIMIZER. T has
//   void Bind(lode::Space);                                    // may throw UnsupportedError
//   std::variant<Action, Architecture> Ask();                  // or either of the two types
//   void Tell(const Trial&);                                   // also trials it did not ask for
// and may have
//   bool Exhausted() const;                                    // nothing more to propose; no throw
//   void Offer(const lode::Fidelities&);                       // may throw UnsupportedError
//   void Connect(lode::RelaxedNetwork&);                       // with Save and Load; likewise
// With Offer, Ask may return a lode::Proposal of one of the fidelities that Offer was called with,
// after Bind and before Load; 1 if a host does not call it. Without Offer, all fidelities are 1.
//
// Connect gives it the relaxed network of an oracle, valid as long as the optimizer, before Load
// and the first Ask. Such an optimizer declares LODE_CAP_RELAXED and LODE_CAP_EXPLORES, runs only
// with an oracle that has a network, and is restored by Load when a search is resumed.
//
// With LODE_CAP_SEVERAL_ASKS, Ask is called again before earlier proposals are told. Proposals are
// told in the order of their asks, with one exception: if a limit rejected a proposal, Ask is
// called again for its step, and that proposal is told before the younger ones. With
// LODE_CAP_ANY_ORDER as well, a pipeline may have the steps told as they finish: then a step may be
// told before an older one, and only the proposals of one step are in the order of their asks. Such
// an optimizer does not count Tell's calls to find out which proposal a trial belongs to.
template <class T>
const lode_component* OptimizerComponent(const char* id, const char* version, const char* summary,
                                         const char* doc = "", std::uint32_t capabilities = 0) {
  using Table = detail::OptimizerTable<T>;
  static const lode_optimizer_api api = Table::Make();
  static const lode_component component = detail::MakeComponent<T, detail::OptimizerExtra>(
      LODE_OPTIMIZER, id, version, summary, doc, capabilities | Table::Capabilities(), &api);
  return &component;
}

}  // namespace v1
}  // namespace lode

#ifdef __clang__
#define LODE_COMPILER_ __VERSION__
#else
#define LODE_COMPILER_ "g++ " __VERSION__
#endif

// Defines the plugin's one exported symbol. Use once, at namespace scope outside any namespace.
#define LODE_PLUGIN(id, version, licence, ...)                           \
  static const lode_component* const lode_components_[] = {__VA_ARGS__}; \
  extern "C" LODE_EXPORT const lode_plugin lode_plugin_v1 = {            \
      sizeof(lode_plugin),                                               \
      LODE_TARGET_MINOR,                                                 \
      id,                                                                \
      version,                                                           \
      licence,                                                           \
      LODE_COMPILER_,                                                    \
      sizeof lode_components_ / sizeof lode_components_[0],              \
      0,                                                                 \
      lode_components_}

#endif  // LODE_PLUGIN_HPP_
