#include "core/search/taking_order.h"

#include <algorithm>
#include <string>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

bool IsAsked(const Step& step) { return step.ticket.asked() != nullptr; }
bool IsReady(const Step& step) { return !IsAsked(step) && !step.ticket.is_waiting(); }

}  // namespace

TakingOrder::TakingOrder(Order order, Evaluator& evaluator, Executor& executor)
    : order_(order), evaluator_(evaluator), executor_(executor) {}

// Waiting steps are reconsidered in a replay, too: a query that follows from that must get the
// same ID as in the stored run.
Steps::iterator TakingOrder::Next(Steps& steps) {
  if (!depends_on_time()) { return steps.begin(); }
  for (Step& step : steps) { evaluator_.Reconsider(step.ticket); }
  return taken_ < replayed_.size() ? Stored(steps) : Finished(steps);
}

Steps::iterator TakingOrder::Stored(Steps& steps) {
  const std::uint64_t number = replayed_[taken_++];
  const auto step = std::ranges::find(steps, number, &Step::number);
  if (step == steps.end() || step->ticket.is_waiting()) {
    throw HostError(
        "the stored run took step " + std::to_string(number) + " as number " +
        std::to_string(taken_) +
        ", but this time that step is not in progress; the run cannot be continued exactly: a "
        "component is not deterministic or has changed");
  }
  return step;
}

Steps::iterator TakingOrder::Finished(Steps& steps) {
  const auto ready = std::ranges::find_if(steps, IsReady);
  if (ready != steps.end()) { return ready; }
  const std::uint64_t id = executor_.Next();
  return std::ranges::find_if(
      steps, [&](const Step& step) { return IsAsked(step) && step.ticket.asked()->id == id; });
}

}  // namespace lode::core
