#include "core/search/evaluator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/plugin/component_call.h"
#include "core/plugin/error.h"
#include "core/search/noisy_best.h"

namespace lode::core {
namespace {

// Repeats are not attempts of a step, so they have attempt numbers of their own (for the oracles'
// randomness) and IDs of their own (made of step and repeat).
constexpr std::uint64_t kRepeatAttempt = std::uint64_t{1} << 52;
constexpr std::uint64_t kRepeatsOfAStep = 4096;

// Copies metrics to their places in the row of all metrics.
void Place(std::span<const double> metrics, const std::vector<std::size_t>& places,
           std::vector<double>& row) {
  for (std::size_t i = 0; i < metrics.size(); ++i) { row[places[i]] = metrics[i]; }
}

}  // namespace

Evaluator::Evaluator(Parts parts, Listener listener)
    : parts_(std::move(parts)),
      listener_(std::move(listener)),
      noisy_(AreNoisy(parts_.metrics)),
      random_(parts_.seed, "evaluate"),
      known_(parts_.metrics.size()) {
  parts_.executor.Listen([this](const Query& q, const Evaluation& m) { OnFinished(q, m); });
}

Evaluator::Ticket Evaluator::Begin(Proposed proposed) {
  ResultKey key = KeyOf(proposed.architecture, proposed.fidelity);
  Ticket ticket{std::move(proposed), std::move(key)};
  Settle(ticket);
  return ticket;
}

void Evaluator::Reconsider(Ticket& ticket) {
  if (ticket.is_waiting()) { Settle(ticket); }
}

void Evaluator::Settle(Ticket& ticket) {
  if (!SettleKnown(ticket) && !SettleFree(ticket) && !SettleNetwork(ticket)) { Ask(ticket); }
}

ResultKey Evaluator::NetworkOf(const Ticket& ticket) const {
  if (!parts_.by_canonical) { return ticket.key; }
  const Proposed& proposed = ticket.proposed;
  try {
    return KeyOf(CallComponent(parts_.space_title,
                               [&] { return parts_.space.Canonical(proposed.architecture); }),
                 proposed.fidelity);
  } catch (const lode::Error& e) {
    throw HostError(parts_.space_title + ": canonical: " + e.what());
  }
}

bool Evaluator::SettleKnown(Ticket& ticket) {
  const auto slot = known_.OfArchitecture(ticket.key);
  if (!slot || MustAsk(*slot)) { return false; }
  ticket.state = Known{*slot};
  return true;
}

// Asks the free oracles. Does not remember their rejections, because asking again is free.
bool Evaluator::SettleFree(Ticket& ticket) {
  ticket.row.assign(metrics().size(), kNaN);
  if (!parts_.compute) { return false; }
  Evaluation computed = parts_.compute(ticket.proposed.architecture, SeedFor(ticket.proposed));
  Place(computed.metrics, parts_.free_places, ticket.row);
  ticket.records = std::move(computed.records);
  computed.records.clear();
  if (computed.outcome == Outcome::kRejected) {
    ticket.state = Rejected{};
    return true;
  }
  if (computed.outcome == Outcome::kFailed) {
    ticket.state = Failed{++last_id_, computed.failure};
    Report(last_id_, ticket, computed);
    return true;
  }
  return false;
}

// Looks for results for the ticket's network.
bool Evaluator::SettleNetwork(Ticket& ticket) {
  ticket.network = NetworkOf(ticket);
  if (noisy_) { return false; }
  if (known_.IsRejected(ticket.network)) {
    ticket.state = Rejected{};
    return true;
  }
  const auto same = known_.OfNetwork(ticket.network);
  if (same && !MustAsk(*same)) {
    Reuse(ticket, *same);
    return true;
  }
  if (IsAskedBefore(ticket)) {
    ticket.state = Waiting{};
    return true;
  }
  return false;
}

// Returns whether an earlier step asks about the network. A later step does not count, because this
// step would have to wait for it.
bool Evaluator::IsAskedBefore(const Ticket& ticket) const {
  const auto [first, last] = asked_.equal_range(ticket.network);
  return std::any_of(first, last,
                     [&](const auto& asked) { return asked.second < ticket.proposed.step; });
}

// Applies what the measuring oracles said about the same network to this architecture. (If it broke
// one of their limits, the network would have been rejected.)
void Evaluator::Reuse(Ticket& ticket, std::size_t same) {
  for (const std::size_t place : parts_.measured_places) {
    ticket.row[place] = known_.MetricsOf(same)[place];
  }
  const std::uint64_t id = ++last_id_;
  ticket.state = Known{known_.KeepCopy(ticket.key, id, ticket.row)};
  Evaluation evaluation;
  evaluation.metrics = ticket.row;
  Report(id, ticket, evaluation);
}

// Returns a seed for the oracles' own randomness.
std::uint64_t Evaluator::SeedFor(const Proposed& proposed) {
  random_.Restart(proposed.step, Phase::kEvaluate, proposed.attempt);
  std::uint64_t seed = 0;
  random_.Fill(&seed, 1);
  return seed;
}

bool Evaluator::IsNewQuery(const Ticket& ticket) const {
  return !known_.OfArchitecture(ticket.key) && !known_.OfNetwork(ticket.network) &&
         !known_.IsRejected(ticket.network) && !asked_.contains(ticket.network);
}

void Evaluator::Ask(Ticket& ticket) {
  const bool is_new_query = IsNewQuery(ticket);
  if (is_new_query) {
    ++unique_queries_;
    full_evaluations_ += ticket.proposed.fidelity;
  }
  const std::uint64_t id = ++last_id_;
  ticket.state = Asked{id, is_new_query};
  AskAs(id, ticket);
}

void Evaluator::AskAs(std::uint64_t id, Ticket& ticket) {
  ++evaluations_;
  const Proposed& proposed = ticket.proposed;
  asked_.emplace(ticket.network, proposed.step);
  const Query query{.id = id,
                    .step = proposed.step,
                    .attempt = proposed.attempt,
                    .seed = SeedFor(proposed),
                    .architecture = proposed.architecture,
                    .text = proposed.text,
                    .fidelity = proposed.fidelity};
  under_way_.emplace(id, ticket);
  parts_.executor.Start(query);
}

Evaluator::Ticket Evaluator::BeginRepeat(Proposed proposed, std::uint64_t repeat) {
  proposed.attempt = kRepeatAttempt + repeat;
  ResultKey key = KeyOf(proposed.architecture, proposed.fidelity);
  Ticket ticket{std::move(proposed), std::move(key)};
  if (!SettleFree(ticket)) {
    ticket.network = NetworkOf(ticket);
    const std::uint64_t id = kFirstRepeatId + ticket.proposed.step * kRepeatsOfAStep + repeat;
    ticket.state = Asked{id, false};
    AskAs(id, ticket);
  }
  return ticket;
}

std::vector<double> Evaluator::Complete(const Proposed& proposed, std::uint64_t id,
                                        std::vector<double> metrics) {
  if (!parts_.compute) { return metrics; }
  Proposed numbered{.attempt = id};
  const Evaluation computed = parts_.compute(proposed.architecture, SeedFor(numbered));
  if (computed.outcome == Outcome::kFailed) {
    throw HostError("the known trial of " + proposed.text + ": " + computed.failure);
  }
  Place(computed.metrics, parts_.free_places, metrics);
  return metrics;
}

void Evaluator::Adopt(const Proposed& proposed, std::uint64_t id, std::span<const double> row,
                      bool left_out) {
  Ticket ticket{proposed, KeyOf(proposed.architecture, proposed.fidelity)};
  ticket.row.assign(row.begin(), row.end());
  const bool is_whole = std::ranges::none_of(row, [](double value) { return std::isnan(value); });
  if (is_whole && !left_out && !noisy_) {
    const auto kept = known_.Keep(ticket.key, id, row);
    if (parts_.by_canonical) { known_.Share(NetworkOf(ticket), kept.slot); }
  }
  Evaluation evaluation;
  evaluation.outcome = left_out ? Outcome::kRejected : Outcome::kMeasured;
  Report(id, ticket, evaluation);
}

Evaluator::Result Evaluator::Finish(Ticket& ticket) {
  Reconsider(ticket);
  if (const auto* known = std::get_if<Known>(&ticket.state)) { return TakeKnown(known->slot); }
  if (const auto* failed = std::get_if<Failed>(&ticket.state)) {
    return TakeFailure(ticket, *failed);
  }
  if (const auto* asked = ticket.asked()) { return TakeFinished(ticket, *asked); }
  return {.rejected = true};
}

Evaluator::Result Evaluator::TakeKnown(std::size_t slot) const {
  return {.id = known_.EvaluationOf(slot), .reused = true, .metrics = known_.MetricsOf(slot)};
}

Evaluator::Result Evaluator::TakeFailure(const Ticket& ticket, const Failed& failed) {
  const auto kept = known_.KeepFailure(ticket.key, failed.id, failed.reason);
  return {.id = failed.id, .failure = known_.FailureOf(kept.slot)};
}

Evaluator::Result Evaluator::TakeFinished(Ticket& ticket, const Asked& asked) {
  Evaluation evaluation = parts_.executor.Finish(asked.id);
  under_way_.erase(asked.id);
  ForgetAsked(ticket);
  Result result{.is_new_query = asked.is_new_query, .cost_seconds = evaluation.cost_seconds};
  if (evaluation.outcome == Outcome::kRejected) {
    known_.Reject(std::move(ticket.network));
    result.rejected = true;
    return result;
  }
  Place(evaluation.metrics, parts_.measured_places, ticket.row);
  const bool failed = evaluation.outcome == Outcome::kFailed;
  const auto kept = failed ? known_.KeepFailure(ticket.key, asked.id, std::move(evaluation.failure))
                           : known_.Keep(ticket.key, asked.id, ticket.row);
  if (parts_.by_canonical && kept.is_new) { known_.Share(ticket.network, kept.slot); }
  result.id = asked.id;
  result.metrics = failed ? std::span<const double>() : known_.MetricsOf(kept.slot);
  result.failure = known_.FailureOf(kept.slot);
  return result;
}

void Evaluator::ForgetAsked(const Ticket& ticket) {
  const auto [first, last] = asked_.equal_range(ticket.network);
  asked_.erase(std::find_if(
      first, last, [&](const auto& asked) { return asked.second == ticket.proposed.step; }));
}

void Evaluator::Report(std::uint64_t id, const Ticket& ticket, const Evaluation& evaluation) {
  if (listener_) {
    Records records = ticket.records;
    records.insert(records.end(), evaluation.records.begin(), evaluation.records.end());
    listener_({.id = id,
               .step = ticket.proposed.step,
               .architecture = ticket.proposed.text,
               .metrics = ticket.row,
               .failure = evaluation.failure,
               .rejected = evaluation.outcome == Outcome::kRejected,
               .cost_seconds = evaluation.cost_seconds,
               .records = records,
               .timing = evaluation.timing,
               .fidelity = ticket.proposed.fidelity});
  }
}

void Evaluator::OnFinished(const Query& query, const Evaluation& evaluation) {
  Ticket& ticket = under_way_.at(query.id);
  Place(evaluation.metrics, parts_.measured_places, ticket.row);
  Report(query.id, ticket, evaluation);
}

}  // namespace lode::core
