#include "core/search/evaluator.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/plugin/component_call.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

// Repeats are not attempts of a step, so they have attempt numbers of their own (for the oracles'
// randomness) and IDs of their own (made of step and repeat).
constexpr std::uint64_t kRepeatAttempt = std::uint64_t{1} << 52;
constexpr std::uint64_t kFirstRepeatId = std::uint64_t{1} << 62;
constexpr std::uint64_t kRepeatsOfAStep = 4096;

// Copies metrics to their places in the row of all metrics.
void Place(std::span<const double> metrics, const std::vector<std::size_t>& places,
           std::vector<double>& row) {
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    row[places[i]] = metrics[i];
  }
}

}  // namespace

Evaluator::Evaluator(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                     const lode::Space& space, Executor& executor, Listener listener)
    : space_(space),
      space_title_("space '" + pipeline.space.id + "'"),
      executor_(executor),
      listener_(std::move(listener)),
      free_(pipeline, catalog, run, FreeOracles(pipeline, catalog)),
      random_(run.seed, "evaluate") {
  ArrangeMetrics(pipeline, catalog);
  executor_.Listen([this](const Question& q, const Measurement& m) { OnAnswer(q, m); });
}

void Evaluator::ArrangeMetrics(const Pipeline& pipeline, const Catalog& catalog) {
  MetricLists lists(pipeline.oracles.size());
  const auto free = FreeOracles(pipeline, catalog);
  const auto measuring = MeasuringOracles(pipeline, catalog);
  for (std::size_t i = 0; i < free.size(); ++i) {
    lists[free[i]] = free_.metrics()[i];
  }
  for (std::size_t i = 0; i < measuring.size(); ++i) {
    lists[measuring[i]] = executor_.metrics()[i];
  }
  metrics_ = CollectMetrics(pipeline, lists);
  std::size_t place = 0;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    auto& places = std::ranges::count(free, i) > 0 ? free_places_ : measured_places_;
    for (std::size_t k = 0; k < lists[i].size(); ++k) {
      places.push_back(place++);
    }
  }
  noisy_ = std::ranges::any_of(metrics_, &MetricDeclaration::noisy);
  by_canonical_ = space_.HasCanonical() && std::ranges::all_of(measuring, [&](std::size_t i) {
                    const auto* oracle = catalog.Find(LODE_ORACLE, pipeline.oracles[i].id);
                    return (oracle->capabilities & LODE_CAP_CANONICAL) != 0;
                  });
}

Evaluator::Ticket Evaluator::Begin(std::uint64_t step, std::uint64_t attempt,
                                   ArchitectureView architecture, std::string text) {
  Ticket ticket{step,
                attempt,
                {architecture.begin(), architecture.end()},
                std::move(text),
                KeyOf(architecture)};
  Settle(ticket);
  return ticket;
}

void Evaluator::Settle(Ticket& ticket) {
  ticket.state = Ticket::State::kNew;
  if (!SettleKnown(ticket) && !SettleFree(ticket) && !SettleNetwork(ticket)) {
    Ask(ticket);
  }
}

Evaluator::Key Evaluator::KeyOf(ArchitectureView architecture) {
  Key key((architecture.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < architecture.size(); ++i) {
    key[i / 8] = static_cast<char>(key[i / 8] | (architecture[i] << (i % 8)));
  }
  return key;
}

Evaluator::Key Evaluator::NetworkOf(ArchitectureView architecture, const Key& key) const {
  if (!by_canonical_) {
    return key;
  }
  try {
    return KeyOf(CallComponent(space_title_, [&] { return space_.Canonical(architecture); }));
  } catch (const lode::Error& e) {
    throw HostError(space_title_ + ": canonical: " + e.what());
  }
}

bool Evaluator::SettleKnown(Ticket& ticket) {
  const auto at = by_architecture_.find(ticket.key);
  if (at == by_architecture_.end() || MustAsk(at->second)) {
    return false;
  }
  ticket.state = Ticket::State::kKnown;
  ticket.slot = at->second;
  return true;
}

// Asks the free oracles. Does not remember their rejections, because asking again is free.
bool Evaluator::SettleFree(Ticket& ticket) {
  ticket.row.assign(metrics_.size(), kNaN);
  if (free_places_.empty()) {
    return false;
  }
  Measurement measurement = free_.Measure(ticket.architecture, SeedFor(ticket));
  Place(measurement.metrics, free_places_, ticket.row);
  ticket.records = std::move(measurement.records);
  if (measurement.outcome == Outcome::kRejected) {
    ticket.state = Ticket::State::kRejected;
  } else if (measurement.outcome == Outcome::kFailed) {
    ticket.state = Ticket::State::kFailed;
    ticket.id = ++last_id_;
    ticket.failure = measurement.failure;
    measurement.records.clear();
    Report(ticket, measurement);
  }
  return ticket.state != Ticket::State::kNew;
}

// Looks for results for the ticket's network.
bool Evaluator::SettleNetwork(Ticket& ticket) {
  ticket.network = NetworkOf(ticket.architecture, ticket.key);
  if (noisy_) {
    return false;
  }
  if (rejected_.contains(ticket.network)) {
    ticket.state = Ticket::State::kRejected;
    return true;
  }
  const auto same = by_network_.find(ticket.network);
  if (same != by_network_.end() && !MustAsk(same->second)) {
    Reuse(ticket, same->second);
    return true;
  }
  if (IsAskedBefore(ticket)) {
    ticket.state = Ticket::State::kWaits;
    return true;
  }
  return false;
}

// Returns whether an earlier step asks about the network. A later step does not count, because this
// step would have to wait for it.
bool Evaluator::IsAskedBefore(const Ticket& ticket) const {
  const auto [first, last] = asked_.equal_range(ticket.network);
  return std::any_of(first, last, [&](const auto& asked) { return asked.second < ticket.step; });
}

// Applies what the measuring oracles said about the same network to this architecture. (If it broke
// one of their limits, the network would have been rejected.)
void Evaluator::Reuse(Ticket& ticket, std::size_t same) {
  for (const std::size_t place : measured_places_) {
    ticket.row[place] = MetricsOf(same)[place];
  }
  ticket.id = ++last_id_;
  ticket.slot = SlotFor(ticket);
  ids_[ticket.slot] = ticket.id;
  ticket.state = Ticket::State::kKnown;
  Measurement measurement;
  measurement.metrics = ticket.row;
  Report(ticket, measurement);
}

// Returns a seed for the oracles' own randomness.
std::uint64_t Evaluator::SeedFor(const Ticket& ticket) {
  random_.Restart(ticket.step, Phase::kEvaluate, ticket.attempt);
  std::uint64_t seed = 0;
  random_.Fill(&seed, 1);
  return seed;
}

void Evaluator::Ask(Ticket& ticket) {
  ticket.state = Ticket::State::kAsked;
  ticket.is_new_query = !by_architecture_.contains(ticket.key) &&
                        !by_network_.contains(ticket.network) &&
                        !rejected_.contains(ticket.network) && !asked_.contains(ticket.network);
  unique_queries_ += ticket.is_new_query ? 1 : 0;
  AskAs(++last_id_, ticket);
}

void Evaluator::AskAs(std::uint64_t id, Ticket& ticket) {
  ++evaluations_;
  asked_.emplace(ticket.network, ticket.step);
  ticket.id = id;
  const Question question{ticket.id,       ticket.step,         ticket.attempt,
                          SeedFor(ticket), ticket.architecture, ticket.text};
  under_way_.emplace(ticket.id, ticket);
  executor_.Start(question);
}

Evaluator::Ticket Evaluator::BeginRepeat(std::uint64_t step, std::uint64_t repeat,
                                         ArchitectureView architecture, std::string text) {
  Ticket ticket{step,
                kRepeatAttempt + repeat,
                {architecture.begin(), architecture.end()},
                std::move(text),
                KeyOf(architecture)};
  if (!SettleFree(ticket)) {
    ticket.state = Ticket::State::kAsked;
    ticket.network = NetworkOf(ticket.architecture, ticket.key);
    AskAs(kFirstRepeatId + step * kRepeatsOfAStep + repeat, ticket);
  }
  return ticket;
}

Evaluation Evaluator::Finish(Ticket& ticket) {
  if (ticket.state == Ticket::State::kWaits) {
    Settle(ticket);
  }
  switch (ticket.state) {
    case Ticket::State::kKnown:
      return Known(ticket.slot);
    case Ticket::State::kFailed:
      return Keep(ticket, SlotFor(ticket), {Outcome::kFailed, {}, ticket.failure, 0, {}});
    case Ticket::State::kAsked:
      return TakeAnswer(ticket);
    default:
      Evaluation rejected;
      rejected.rejected = true;
      return rejected;
  }
}

Evaluation Evaluator::TakeAnswer(Ticket& ticket) {
  const Measurement measurement = executor_.Finish(ticket.id);
  under_way_.erase(ticket.id);
  const auto [first, last] = asked_.equal_range(ticket.network);
  asked_.erase(std::find_if(first, last, [&](const auto& a) { return a.second == ticket.step; }));
  if (measurement.outcome == Outcome::kRejected) {
    rejected_.insert(std::move(ticket.network));
    return {0, false, {}, "", true, ticket.is_new_query, measurement.cost_seconds};
  }
  Place(measurement.metrics, measured_places_, ticket.row);
  const std::size_t slot = SlotFor(ticket);
  return Keep(ticket, slot, measurement);
}

// Stores the ticket's row in the architecture's slot and returns that slot; a new slot if it had
// none.
std::size_t Evaluator::SlotFor(const Ticket& ticket) {
  const auto [at, is_new] = by_architecture_.try_emplace(ticket.key, ids_.size());
  if (!is_new) {
    std::ranges::copy(ticket.row,
                      known_.begin() + static_cast<std::ptrdiff_t>(at->second * metrics_.size()));
    return at->second;
  }
  ids_.push_back(0);
  known_.insert(known_.end(), ticket.row.begin(), ticket.row.end());
  if (by_canonical_ && ticket.state == Ticket::State::kAsked) {
    by_network_.insert_or_assign(ticket.network, at->second);
  }
  return at->second;
}

Evaluation Evaluator::Keep(Ticket& ticket, std::size_t slot, const Measurement& measurement) {
  ids_[slot] = ticket.id;
  if (measurement.outcome == Outcome::kFailed) {
    failure_ = failures_[slot] = measurement.failure;
    return {ticket.id, false, {}, failure_, false, ticket.is_new_query, measurement.cost_seconds};
  }
  failures_.erase(slot);
  return {
      ticket.id, false, MetricsOf(slot), "", false, ticket.is_new_query, measurement.cost_seconds};
}

Evaluation Evaluator::Known(std::size_t slot) const {
  return {ids_[slot], true, MetricsOf(slot), ""};
}

std::span<const double> Evaluator::MetricsOf(std::size_t slot) const {
  return std::span(known_).subspan(slot * metrics_.size(), metrics_.size());
}

void Evaluator::Report(const Ticket& ticket, const Measurement& measurement) {
  if (listener_) {
    Records records = ticket.records;
    records.insert(records.end(), measurement.records.begin(), measurement.records.end());
    listener_({ticket.id, ticket.step, ticket.text, ticket.row, measurement.failure,
               measurement.outcome == Outcome::kRejected, measurement.cost_seconds, records,
               measurement.timing});
  }
}

void Evaluator::OnAnswer(const Question& question, const Measurement& measurement) {
  Ticket& ticket = under_way_.at(question.id);
  Place(measurement.metrics, measured_places_, ticket.row);
  Report(ticket, measurement);
}

}  // namespace lode::core
