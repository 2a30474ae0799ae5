#include "core/plugin/component.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/plugin/component_call.h"
#include "core/plugin/error.h"
#include "core/plugin/log.h"
#include "core/plugin/policy_file.h"
#include "core/plugin/value_table.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

std::string TitleOf(const lode_component& component) {
  return std::string(KindName(component.kind)) + " '" + component.id + "'";
}

template <class Api, class... Slots>
bool HasAll(const lode_component& component, Slots Api::*... slots) {
  const auto& api = *static_cast<const Api*>(component.api);
  const auto has = [&](auto slot) {
    const auto end = reinterpret_cast<const char*>(&(api.*slot)) + sizeof(void*) -
                     reinterpret_cast<const char*>(&api);
    return static_cast<std::ptrdiff_t>(api.struct_size) >= end && api.*slot != nullptr;
  };
  return (has(slots) && ...);
}

lode_error NewError() {
  lode_error error{};
  error.struct_size = sizeof error;
  return error;
}

lode_metric NewMetric() {
  lode_metric metric{};
  metric.struct_size = sizeof metric;
  return metric;
}

constexpr std::size_t kMostMetrics = 1000;  // an SQLite table has room for that many columns

std::string OneLine(const char* text) {
  return text != nullptr ? MessageLine({text, strnlen(text, kMaxMessageText + 1)}) : "";
}

MetricDeclaration Declaration(const lode_metric& m, const std::string& title) {
  if (m.name == nullptr || m.unit == nullptr || m.doc == nullptr || m.dataset == nullptr) {
    throw DeclarationError(title + " lacks a name, a unit, a doc or a data set");
  }
  if (!IsPrintableLine(m.name)) {
    throw DeclarationError(title + " ('" + PrintableLine(m.name) +
                           "') has a name with control characters, or one that is not UTF-8");
  }
  if (!std::isfinite(m.epochs)) {
    throw DeclarationError(title + " ('" + m.name + "') has a number of epochs that is not finite");
  }
  const bool has_optimum = (m.flags & LODE_METRIC_OPTIMUM) != 0;
  if (has_optimum && !std::isfinite(m.optimum)) {
    throw DeclarationError(title + " ('" + m.name + "') has an optimum that is not finite");
  }
  return {m.name,
          OneLine(m.unit),
          OneLine(m.doc),
          m.direction,
          m.split,
          OneLine(m.dataset),
          m.epochs,
          (m.flags & LODE_METRIC_NOISY) != 0,
          has_optimum ? std::optional(m.optimum) : std::nullopt};
}

// Collects all metrics that a space or an oracle declares; `describe` asks for one of them.
template <class Describe>
std::vector<MetricDeclaration> Declarations(std::size_t count, const std::string& title,
                                            Describe&& describe) {
  if (count > kMostMetrics) {
    throw DeclarationError(title + ": declares " + std::to_string(count) +
                           " metrics, more than the " + std::to_string(kMostMetrics) +
                           " that the host takes");
  }
  std::vector<MetricDeclaration> metrics;
  for (std::uint32_t i = 0; i < count; ++i) {
    lode_metric m = NewMetric();
    describe(i, &m);
    metrics.push_back(Declaration(m, title + ": metric " + std::to_string(i)));
  }
  return metrics;
}

// Returns a plugin's message as one line, whatever the plugin wrote.
std::string MessageOf(const lode_error& error, lode_status status) {
  const std::string message =
      MessageLine({error.message, strnlen(error.message, sizeof error.message)});
  return message.empty() ? "failed with status " + std::to_string(status) + " and no reason"
                         : message;
}

}  // namespace

bool HasRequiredFunctions(const lode_component& c) {
  switch (c.kind) {
    case LODE_SPACE:
      return HasAll(c, &lode_space_api::matrix_count, &lode_space_api::matrix,
                    &lode_space_api::log10_size, &lode_space_api::discretize,
                    &lode_space_api::sample, &lode_space_api::format, &lode_space_api::parse);
    case LODE_ORACLE:
      return HasAll(c, &lode_oracle_api::metric_count, &lode_oracle_api::metric,
                    &lode_oracle_api::bind, &lode_oracle_api::evaluate);
    case LODE_EXPLORATION:
      return HasAll(c, &lode_exploration_api::explore) || HasAll(c, &lode_exploration_api::perturb);
    case LODE_OPTIMIZER:
      return HasAll(c, &lode_optimizer_api::bind, &lode_optimizer_api::ask,
                    &lode_optimizer_api::tell);
    default:
      return false;
  }
}

Instance::Instance(const lode_component& component, const std::vector<Value>& values,
                   const RunContext& run, std::string_view stream)
    : component_(component),
      title_(TitleOf(component)),
      run_(run),
      stream_(run.seed, std::string(stream) + "/" + component.id) {
  FillHost();
  const ValueTable table(component, values);
  Call([&](lode_error* e) {
    return component_.create(&host_, table.values().data(), &instance_, e);
  });
  if (instance_ == nullptr) { throw HostError(title_ + ": create() returned no instance"); }
}

Instance::~Instance() {
  if (instance_ != nullptr) {
    CallComponent(title_, [&] { component_.destroy(instance_); });
  }
}

void Instance::FillHost() {
  host_.struct_size = sizeof host_;
  host_.abi_minor = LODE_ABI_MINOR;
  host_.ctx = this;
  host_.log = [](const lode_host* host, lode_level level, const char* message, std::size_t size) {
    Log(level, Of(host).title_ + ": " +
                   std::string(message, message != nullptr ? std::min(size, kMaxMessageText) : 0));
  };
  host_.cancelled = [](const lode_host* host) { return Of(host).IsCancelled(); };
  host_.progress = [](const lode_host* host, double fraction, const char* what) {
    const Instance& instance = Of(host);
    if (!instance.run_.progress) { return; }
    const std::string line = OneLine(what);
    instance.run_.progress({fraction, line, instance.prepares_});
  };
  host_.record = [](const lode_host* host, const char* name, double value) {
    if (const auto& record = Of(host).run_.record) { record(OneLine(name), value); }
  };
  host_.random = stream_.handle();
  host_.extension = [](const lode_host*, const char*) -> const void* { return nullptr; };
  host_.threads = run_.threads;
}

void Instance::Call(const std::function<lode_status(lode_error*)>& call) const {
  lode_error error = NewError();
  const lode_status status = CallComponent(title_, [&] { return call(&error); });
  if (status != LODE_OK) { throw HostError(title_ + ": " + FailureOf(error, status)); }
}

bool Instance::IsCancelled() const {
  return run_.is_cancelled() ||
         (run_.abandoned != nullptr && run_.abandoned->load(std::memory_order_relaxed));
}

std::string Instance::FailureOf(const lode_error& error, lode_status status) const {
  if (status != LODE_E_CANCELLED) { return MessageOf(error, status); }
  if (IsCancelled()) { throw CancelledError(); }
  return "reports that it was cancelled, although nobody asked it to stop";
}

bool Instance::CanSave() const { return LODE_HAS(&component_, save); }

void Instance::Save(const fs::path& file, const PolicySpace& space) const {
  std::string saved;
  const lode_sink sink{&saved, [](void* ctx, const void* data, std::size_t size) -> lode_status {
                         static_cast<std::string*>(ctx)->append(static_cast<const char*>(data),
                                                                size);
                         return LODE_OK;
                       }};
  Call([&](lode_error* e) { return component_.save(instance_, sink, e); });
  WritePolicy(file, saved, space);
}

void Instance::Load(const fs::path& file, const PolicySpace& space) {
  if (!LODE_HAS(&component_, load)) { throw HostError(title_ + ": cannot load a policy"); }
  const Policy policy = ReadPolicy(file);
  const std::string difference = policy.space ? DifferenceOfSpaces(*policy.space, space) : "";
  if (!difference.empty()) { throw HostError(file.string() + ": was learned in " + difference); }
  std::string_view rest = policy.saved;
  const lode_source source{&rest, [](void* ctx, void* data, std::size_t size) -> std::int64_t {
                             auto& left = *static_cast<std::string_view*>(ctx);
                             const std::size_t got = left.copy(static_cast<char*>(data), size);
                             left.remove_prefix(got);
                             return static_cast<std::int64_t>(got);
                           }};
  try {
    Call([&](lode_error* e) { return component_.load(instance_, source, e); });
  } catch (const HostError& e) { throw HostError(file.string() + ": " + e.what()); }
  if (!rest.empty()) {
    throw HostError(file.string() + ": is not a policy of " + title_ +
                    ", or is damaged: " + std::to_string(rest.size()) + " bytes follow its end");
  }
}

std::vector<MetricDeclaration> SpaceInstance::Metrics() const {
  const auto& table = api<lode_space_api>();
  const bool computes =
      LODE_HAS(&table, metric_count) && LODE_HAS(&table, metric) && LODE_HAS(&table, measure);
  const std::uint32_t count =
      computes ? CallComponent(title(), [&] { return table.metric_count(get()); }) : 0;
  return Declarations(count, title(), [&](std::uint32_t i, lode_metric* m) {
    Call([&](lode_error* e) { return table.metric(get(), i, m, e); });
  });
}

void SpaceInstance::Fail(const lode::Error& error) const {
  lode_error reported = NewError();
  lode::detail::Fail(&reported, error.code(), error.what());
  throw HostError(title() + ": " + FailureOf(reported, error.code()));
}

std::vector<MetricDeclaration> OracleInstance::Metrics() const {
  return Declarations(metric_count(), title(), [&](std::uint32_t i, lode_metric* m) {
    Call([&](lode_error* e) { return api<lode_oracle_api>().metric(get(), i, m, e); });
  });
}

void OracleInstance::Bind(lode_space space) {
  const auto& table = api<lode_oracle_api>();
  Call([&](lode_error* e) { return table.bind(get(), space, e); });
  if (LODE_HAS(&table, fidelities)) {
    lode_fidelities declared{};
    declared.struct_size = sizeof declared;
    Call([&](lode_error* e) { return table.fidelities(get(), &declared, e); });
    fidelities_ = ReadFidelities(declared, title());
  }
}

std::size_t OracleInstance::metric_count() const {
  return CallComponent(title(), [&] { return api<lode_oracle_api>().metric_count(get()); });
}

bool OracleInstance::CanPrepare() const { return LODE_HAS(&api<lode_oracle_api>(), prepare); }

void OracleInstance::Prepare(const fs::path& directory) {
  const std::string text = directory.string();
  stream().SetSeed(0);
  Enter(0, Phase::kPrepare);
  ReportPreparation(true);
  Call([&](lode_error* e) {
    return api<lode_oracle_api>().prepare(get(), {text.data(), text.size()}, e);
  });
  ReportPreparation(false);
  stream().SetSeed(seed());
}

std::optional<lode_relaxed> OracleInstance::relaxed() const {
  const auto& table = api<lode_oracle_api>();
  if (!LODE_HAS(&table, relaxed)) { return std::nullopt; }
  return lode_relaxed{table.relaxed, get()};
}

std::vector<OracleInstance::Outcome> OracleInstance::Evaluate(
    std::span<const OracleQuery> queries) {
  std::vector<lode_error> errors(queries.size(), NewError());
  std::vector<lode_query> asked;
  for (const OracleQuery& q : queries) {
    asked.push_back({sizeof(lode_query), 0, q.architecture.data(), q.fidelity, q.seed,
                     q.metrics.data(), 0, LODE_OK, 0, &errors[asked.size()]});
  }
  lode_error call_error = NewError();
  const auto count = static_cast<std::uint32_t>(asked.size());
  const lode_status status = CallComponent(title(), [&] {
    return api<lode_oracle_api>().evaluate(get(), asked.data(), count, &call_error);
  });
  if (status != LODE_OK) {
    return std::vector<Outcome>(queries.size(), {false, FailureOf(call_error, status), 0});
  }
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const lode_query& q = asked[i];
    const bool ok = q.status == LODE_OK;
    outcomes.push_back({ok, ok ? "" : FailureOf(errors[i], q.status), ok ? q.cost_seconds : 0});
  }
  return outcomes;
}

bool ExplorationInstance::Explore(std::uint64_t step) {
  const auto& table = api<lode_exploration_api>();
  if (!LODE_HAS(&table, explore)) { return false; }
  Enter(step, Phase::kExplore);
  bool random = false;
  Call([&](lode_error* e) { return table.explore(get(), step, &random, e); });
  return random;
}

void ExplorationInstance::Perturb(std::uint64_t step, std::span<float> action,
                                  std::uint64_t attempt) {
  const auto& table = api<lode_exploration_api>();
  if (!LODE_HAS(&table, perturb)) { return; }
  Enter(step, Phase::kPerturb, attempt);
  Call([&](lode_error* e) {
    return table.perturb(get(), step, action.data(), static_cast<std::uint32_t>(action.size()), e);
  });
}

void OptimizerInstance::Bind(lode_space space) {
  Call([&](lode_error* e) { return api<lode_optimizer_api>().bind(get(), space, e); });
}

bool OptimizerInstance::TakesFidelities() const {
  return LODE_HAS(&api<lode_optimizer_api>(), offer);
}

void OptimizerInstance::Offer(const Fidelities& fidelities) {
  if (!TakesFidelities()) { return; }
  const lode_fidelities offered = detail::ViewFidelities(fidelities);
  try {
    Call([&](lode_error* e) { return api<lode_optimizer_api>().offer(get(), &offered, e); });
  } catch (const HostError& e) {
    throw HostError(std::string(e.what()) + " (the oracles serve " + FormatFidelities(fidelities) +
                    ")");
  }
  offered_ = fidelities;
}

bool OptimizerInstance::TrainsNetwork() const {
  return LODE_HAS(&api<lode_optimizer_api>(), connect);
}

void OptimizerInstance::Connect(lode_relaxed network) {
  Call([&](lode_error* e) { return api<lode_optimizer_api>().connect(get(), network, e); });
}

bool OptimizerInstance::IsExhausted() const {
  const auto& table = api<lode_optimizer_api>();
  return LODE_HAS(&table, exhausted) &&
         CallComponent(title(), [&] { return table.exhausted(get()); });
}

OptimizerInstance::Proposed OptimizerInstance::Ask(std::span<float> action,
                                                   std::span<std::uint8_t> architecture) {
  lode_proposal proposal{sizeof(lode_proposal), 0, action.data(), architecture.data(), 1.0};
  Call([&](lode_error* e) { return api<lode_optimizer_api>().ask(get(), &proposal, e); });
  if (proposal.kind != LODE_PROPOSES_ACTION && proposal.kind != LODE_PROPOSES_ARCHITECTURE) {
    throw HostError(title() + ": proposed neither an action nor an architecture");
  }
  if (!offered_.Serves(proposal.fidelity)) {
    throw HostError(title() + ": proposed the fidelity " + FormatValue(proposal.fidelity) +
                    ", expected " + FormatFidelities(offered_));
  }
  return {static_cast<lode_proposal_kind>(proposal.kind), proposal.fidelity};
}

void OptimizerInstance::Tell(const lode_trial& trial) {
  Call([&](lode_error* e) { return api<lode_optimizer_api>().tell(get(), &trial, 1, e); });
}

}  // namespace lode::core
